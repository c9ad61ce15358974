/** Shares work out among several containers and follows what each prints: `bun examples/workers.ts` (as root). */
import { Engine, LimpidError } from '../engine/index.ts';

const engine = new Engine();
const numbers = [1_000_003, 1_000_037, 1_000_039];

const workers = await Promise.all(
  numbers.map((number) =>
    engine.run({
      image: 'builtin:busybox',
      // They need none: a container that says nothing is on the default network.
      networks: [],
      command: [
        'sh',
        '-c',
        `i=2; while [ $((i * i)) -le ${number} ] && [ $((${number} % i)) -ne 0 ]; do i=$((i + 1)); done
        [ $((i * i)) -gt ${number} ] && echo "${number} is prime" || echo "${number} is divisible by $i"`,
      ],
    }),
  ),
);
try {
  for (const worker of workers) {
    for await (const { text } of engine.logs(worker, { follow: true })) console.log(new TextDecoder().decode(text));
  }
} finally {
  await Promise.all(workers.map((worker) => engine.remove(worker, { force: true })));
}

try {
  await engine.inspect(workers[0]!);
} catch (error) {
  // Errors have a stable code and say what to do.
  if (error instanceof LimpidError) console.log(error.code);
}
