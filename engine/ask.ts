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
  await writeOutput('stderr', question);
  const show = hidden ? stopEcho(0) : undefined;
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

async function readLine(): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of Bun.stdin.stream()) {
    text += decoder.decode(bytes, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end).replace(/\r$/, '');
  }
  return text;
}
