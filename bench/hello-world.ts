import { writeFileSync } from 'node:fs';
import { median, timeCommand } from './measure.ts';

const RUNS = 30;

/** Bun's smallest program, built as ours is: no command of Limpid's can be quicker than that. */
export async function buildHelloWorld(directory: string): Promise<string> {
  const [source, program] = [`${directory}/hello.ts`, `${directory}/hello`];
  writeFileSync(source, "console.log('hello');\n");
  await Bun.$`${process.execPath} build --compile --minify --bytecode --format=esm ${source} --outfile ${program}`.quiet();
  return program;
}

/** Median of milliseconds from spawn to exit, as all is measured here. */
export function timeHelloWorld(program: string): number {
  return median(Array.from({ length: RUNS }, () => timeCommand([program], { env: {} })));
}
