import { parseInstant } from '../../base/instant.ts';
import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import { readLogs, type LogRecord } from '../../engine/containers/logs.ts';
import { findRecord } from '../../engine/records/read.ts';
import { writeOutput } from '../../engine/output.ts';
import type { command } from '../commands/logs.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

type LogsOptions = typeof command.options;

export const handle: Handler<LogsOptions> = async (invocation) => {
  const { options, args } = invocation;
  const world = worldOf(invocation);
  const containers = selectContainers(world, { args, options }).map((reference) => findRecord(world, reference).config);
  const wanted = {
    follow: options.follow,
    tail: options.tail,
    ...instant('since', options.since),
    ...instant('until', options.until),
  };
  const several = containers.length > 1;
  const print = async (container: ContainerConfig, index: number): Promise<void> => {
    const printer = new LinePrinter(prefixOf(container, index, several, options), options.timestamps);
    for await (const record of readLogs(world, container.id, wanted)) printer.print(record);
  };
  // Followed side by side, as they go on together; read one after the other, so that each stays in one piece.
  if (options.follow) await Promise.all(containers.map(print));
  else for (const [index, container] of containers.entries()) await print(container, index);
  return 0;
};

function instant(option: 'since' | 'until', text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const ms = parseInstant(text, Date.now());
  if (ms !== undefined) return { [`${option}Ms`]: ms };
  const hint = 'write 10m, 2026-01-31T12:00:00Z, or seconds since 1970';
  throw new LimpidError({
    code: 'EOPTION',
    doing: 'read',
    subject: `--${option} "${text}"`,
    why: 'it is no time',
    hint,
  });
}

const COLOURS = [32, 33, 34, 35, 36, 31];

function prefixOf(
  { id, name }: ContainerConfig,
  index: number,
  several: boolean,
  { names, color }: Invocation<LogsOptions>['options'],
): string {
  if (!several && !names) return '';
  const label = names ? name : id.slice(0, 12);
  return color ? `\x1b[${COLOURS[index % COLOURS.length]}m${label}\x1b[0m ` : `${label} `;
}

/** Puts lines that were logged in parts together again; each stream has its own. */
class LinePrinter {
  readonly #prefix: string;
  readonly #timestamps: boolean;
  readonly #inLine = { stdout: false, stderr: false };

  constructor(prefix: string, timestamps: boolean) {
    this.#prefix = prefix;
    this.#timestamps = timestamps;
  }

  print({ time, stream, text, partial }: LogRecord): void {
    const start = this.#inLine[stream]
      ? ''
      : `${this.#prefix}${this.#timestamps ? `${time.replace(/\+00:00$/, 'Z')} ` : ''}`;
    this.#inLine[stream] = partial;
    const head = new TextEncoder().encode(start);
    const line = new Uint8Array(head.length + text.length + (partial ? 0 : 1));
    line.set(head);
    line.set(text, head.length);
    if (!partial) line[line.length - 1] = 0x0a;
    writeOutput(stream, line);
  }
}
