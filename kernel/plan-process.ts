import { O_NONBLOCK, O_RDWR } from '../abi/flags/open.ts';
import type { Plan } from '../plan/ops.ts';
import { encodePlan } from '../plan/wire.ts';
import { closeDescriptor, readToEnd } from './descriptors.ts';
import { sealedExecutor, sealedMemfd, type Outcome } from './executor.ts';
import { FRAME, FrameReader } from './frames.ts';
import { libc } from './libc.ts';
import { connectedPair } from './reaper.ts';

const F_SETFL = 4;
const FIRST_SLOT_FD = 5;
const ANSWER_BYTES = 65536;

/** An executor at work on a plan that ends by itself, without a monitor. */
export interface PlanProcess {
  readonly pid: number;
  /** Once it has ended: `done`, `failed`, or `undefined` where it died without a word. */
  readonly outcome: Promise<Exclude<Outcome, { kind: 'started' }> | undefined>;
  kill(): void;
}

/** Like `launchPlan`, without blocking this process. The descriptors in `slots` stay the caller's to close. */
export function startPlan(
  plan: Plan,
  executor: Uint8Array,
  slots: ReadonlyMap<number, number> = new Map(),
): PlanProcess {
  const planFd = sealedMemfd('limpid-plan', encodePlan(plan));
  const [control, theirs] = connectedPair();
  const words = [...slots.keys()].map((slot, index) => `${slot}=${FIRST_SLOT_FD + index}`);
  try {
    const child = Bun.spawn([`/proc/self/fd/${sealedExecutor(executor)}`, 'run', '3', '4', ...words], {
      stdio: ['ignore', 'ignore', 'ignore', planFd, theirs, ...slots.values()],
      env: {},
    });
    const outcome = child.exited.then(() => {
      // What it had to say it has said. Where it was killed, a child of its own may hold its end open and wait for us.
      libc.fcntl(control, F_SETFL, O_RDWR | O_NONBLOCK);
      const frame = new FrameReader().push(readToEnd(control, ANSWER_BYTES)).at(-1);
      closeDescriptor(control);
      return frame === undefined ? undefined : parseOutcome(frame.type, new TextDecoder().decode(frame.payload));
    });
    return { pid: child.pid, outcome, kill: () => child.kill('SIGKILL') };
  } finally {
    for (const fd of [planFd, theirs]) closeDescriptor(fd);
  }
}

function parseOutcome(type: number, text: string): Awaited<PlanProcess['outcome']> {
  if (type === FRAME.done) return { kind: 'done' };
  const [index, errno, ...call] = text.split(' ');
  if (type !== FRAME.failed) return undefined;
  return { kind: 'failed', index: Number(index), errno: Number(errno), call: call.join(' ') };
}
