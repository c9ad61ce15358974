import { LimpidError } from '../../base/error.ts';
import { hostArch } from '../../kernel/arch.ts';
import { closeDescriptor, readToEnd } from '../../kernel/descriptors.ts';
import { makePipe, PipeWriter } from '../../kernel/pipe.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import { planUnpack, UNPACK_SLOT } from '../../plan/unpack.ts';
import { unpackError } from './unpack-error.ts';

const PIPE_BYTES = 1 << 20;
const ANSWER_BYTES = 8192;

/** A process that makes files below one directory, as records tell it, and sees nothing else. */
export interface Jail {
  /** For records. Where its reader is gone (EPIPE), `finish` tells why. */
  readonly pipe: PipeWriter;
  /** Behind the last record: resolves when all is made and synced. Throws what went wrong there. */
  finish(): Promise<{ readonly leftOutAttributes: number }>;
  /** Ends it wherever it is. */
  kill(): Promise<void>;
}

/** Files that are made in a directory that somebody holds open, wherever that is. */
export interface OpenDirectory {
  readonly fd: number;
  /** What is unpacked, for messages. */
  readonly what: string;
  /** See `planUnpack`. */
  readonly keepKinds: boolean;
}

/** Starts the executor on the plan of plan/unpack.ts, in a directory by its host path or held open. */
export function startJail(executor: Uint8Array, place: string | OpenDirectory): Jail {
  const request =
    typeof place === 'string' ? { directory: place } : { keepKinds: place.keepKinds, because: place.what };
  const plan = planUnpack({ ...request, facts: { arch: hostArch } });
  const records = makePipe();
  const pipe = new PipeWriter(records.writeFd, PIPE_BYTES);
  const answer = makePipe();
  const slots = new Map<number, number>([
    [UNPACK_SLOT.records, records.readFd],
    [UNPACK_SLOT.answer, answer.writeFd],
  ]);
  const theirs = [...slots.values()];
  if (typeof place !== 'string') slots.set(UNPACK_SLOT.directory, place.fd);
  const process = startPlan(plan, executor, slots);
  for (const fd of theirs) closeDescriptor(fd);
  const ended = async () => {
    pipe.close();
    const outcome = await process.outcome;
    const text = readToEnd(answer.readFd, ANSWER_BYTES);
    closeDescriptor(answer.readFd);
    return { outcome, answer: text };
  };
  let ending: ReturnType<typeof ended> | undefined;
  const end = () => (ending ??= ended());
  return {
    pipe,
    finish: async () => {
      await pipe.drained().catch(() => undefined);
      const { outcome, answer: said } = await end();
      if (outcome?.kind === 'failed') throw unpackError({ plan, ...outcome, answer: said, ...messageWords(place) });
      const [, leftOut] = new TextDecoder().decode(said).split(' ');
      if (outcome === undefined || leftOut === undefined) throw died();
      return { leftOutAttributes: Number(leftOut) };
    },
    kill: async () => {
      process.kill();
      await end();
    },
  };
}

function messageWords(place: string | OpenDirectory) {
  return typeof place === 'string'
    ? { directory: place }
    : { directory: `/proc/self/fd/${place.fd}`, what: place.what };
}

function died(): LimpidError {
  return new LimpidError({
    code: 'EUNPACK',
    doing: 'unpack',
    subject: 'a layer',
    why: 'the unpacking process died',
    hint: 'look at `dmesg` for a killed process; memory may have run out',
  });
}
