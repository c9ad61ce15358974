import { stopEcho } from '../kernel/echo.ts';
import { windowSize } from '../kernel/terminal.ts';
import { writeOutput } from './output.ts';

/** What a shell reports for a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

/** Whether somebody can be asked: standard input is a terminal. */
export function canAsk(): boolean {
  return windowSize(0) !== undefined;
}

/** Asks on the terminal and answers the line, without its end; `hidden` shows nothing of what is typed. */
export async function ask(question: string, { hidden = false } = {}): Promise<string> {
  // Before the question: who types at once is not to be seen either.
  const show = hidden ? stopEcho(0) : undefined;
  await writeOutput('stderr', question);
  const interrupted = () => {
    show?.();
    process.exit(EXIT_INTERRUPTED);
  };
  process.on('SIGINT', interrupted);
  try {
    return await readLine();
  } finally {
    process.off('SIGINT', interrupted);
    show?.();
    if (hidden) await writeOutput('stderr', '\n');
  }
}

/** Standard input up to its end, without the last line's end: a password that a program hands over. */
export async function readPiped(): Promise<string> {
  return (await Bun.stdin.text()).replace(/\r?\n$/, '');
}

let input: { read(): Promise<{ readonly value?: Uint8Array | undefined }> } | undefined;
let unread = '';

/** One reader for all questions: with the first one's end, Bun would close standard input. */
async function readLine(): Promise<string> {
  input ??= Bun.stdin.stream().getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const end = unread.indexOf('\n');
    if (end >= 0) {
      const line = unread.slice(0, end).replace(/\r$/, '');
      unread = unread.slice(end + 1);
      return line;
    }
    const { value } = await input.read();
    if (value === undefined) return unread;
    unread += decoder.decode(value, { stream: true });
  }
}
