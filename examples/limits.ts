/** Lets a container use more memory than it may, and tells what the kernel did: `bun examples/limits.ts` (as root). */
import { Engine } from '../engine/index.ts';

const engine = new Engine();
const id = await engine.run({
  image: 'builtin:busybox',
  command: ['sh', '-c', 'tail /dev/zero'],
  resources: { memory: { limit: 16 << 20, swap: 16 << 20 }, pids: { limit: 16 } },
});
try {
  const { code, oomKilled } = await engine.wait(id);
  const { HostConfig, State } = await engine.inspect(id);
  console.log(`it was allowed ${HostConfig.Memory >> 20} MiB and ended with code ${code}`);
  console.log(oomKilled && State.OOMKilled ? 'because memory ran out' : 'although memory sufficed');
} finally {
  await engine.remove(id, { force: true });
}
