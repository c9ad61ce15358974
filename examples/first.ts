/** Runs one command in a container of its own and prints what it wrote: `bun examples/first.ts` (as root). */
import { Engine } from '../engine/index.ts';

const engine = new Engine();
const session = await engine.converse({
  image: 'builtin:busybox',
  command: ['sh', '-c', 'echo "I am process $$ on $(hostname), and these are all there are:"; ps'],
  hostname: 'aquarium',
  autoRemove: true,
});
const { code, stdout } = await session.result();
console.log(new TextDecoder().decode(stdout).trimEnd());
process.exitCode = code;
