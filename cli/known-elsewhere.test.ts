import { expect, test } from 'bun:test';
import { COMMANDS, GROUPS } from './commands/index.ts';
import { command as run } from './commands/run.ts';
import { runCommandLine } from './command-line.ts';
import { COMMANDS_ELSEWHERE, OPTIONS_ELSEWHERE } from './known-elsewhere.ts';

async function errorOf(...words: string[]): Promise<string> {
  let printed = '';
  const output = { out: () => {}, err: (text: string) => void (printed += text) };
  expect(await runCommandLine(words, output)).toBe(125);
  return printed;
}

test('each option of others is refused by its own line', async () => {
  for (const [name, [why]] of Object.entries(OPTIONS_ELSEWHERE)) {
    expect(Object.keys(run.options)).not.toContain(name);
    expect(await errorOf('run', `--${name}=x`)).toStartWith(`Error: cannot use "--${name}": ${why}`);
  }
});

test('each command of others is refused by its own line, and none is ours', async () => {
  const ours = [...Object.keys(COMMANDS), ...Object.keys(GROUPS)];
  for (const [name, [why]] of Object.entries(COMMANDS_ELSEWHERE)) {
    expect(ours).not.toContain(name);
    expect(await errorOf(...name.split(' '))).toStartWith(`Error: cannot run "limpid ${name}": ${why}`);
  }
  expect(await errorOf('service')).toStartWith('Error: cannot run "limpid service": one machine is all there is');
  expect(await errorOf('container', 'checkpoint')).toStartWith(
    'Error: cannot run "limpid container checkpoint": there are no checkpoints',
  );
});
