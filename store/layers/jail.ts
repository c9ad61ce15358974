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

/** Starts the executor on the plan of plan/unpack.ts. */
export function startJail(executor: Uint8Array, directory: string): Jail {
  const plan = planUnpack({ directory, facts: { arch: hostArch } });
  const records = makePipe();
  const pipe = new PipeWriter(records.writeFd, PIPE_BYTES);
  const answer = makePipe();
  const slots = new Map([
    [UNPACK_SLOT.records, records.readFd],
    [UNPACK_SLOT.answer, answer.writeFd],
  ]);
  const process = startPlan(plan, executor, slots);
  for (const fd of slots.values()) closeDescriptor(fd);
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
      if (outcome?.kind === 'failed') throw unpackError({ plan, ...outcome, answer: said, directory });
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

function died(): LimpidError {
  return new LimpidError({
    code: 'EUNPACK',
    doing: 'unpack',
    subject: 'a layer',
    why: 'the unpacking process died',
    hint: 'look at `dmesg` for a killed process; memory may have run out',
  });
}
