import { expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// The examples use the machine's own store, as a user's program would: here it is one that ends with the process.
const PRIVATE_STORE =
  'mkdir -p /var/lib/limpid /run/limpid && mount -t tmpfs t /var/lib/limpid && mount -t tmpfs t /run/limpid && exec "$@"';

function runExample(name: string): { code: number; out: string; err: string } {
  const program = [process.execPath, `${ROOT}examples/${name}.ts`];
  const run = Bun.spawnSync(['unshare', '-mn', 'sh', '-c', PRIVATE_STORE, 'sh', ...program], { stdin: 'ignore' });
  return { code: run.exitCode, out: run.stdout.toString(), err: run.stderr.toString() };
}

test('first: a process that is alone', () => {
  const { code, out, err } = runExample('first');
  expect([code, err]).toEqual([0, '']);
  const [greeting, ...processes] = out.trimEnd().split('\n');
  expect(greeting).toBe('I am process 1 on aquarium, and these are all there are:');
  // ps(1) replaces the shell.
  expect(processes).toEqual(['PID   USER     COMMAND', expect.stringMatching(/^ {4}1 root /)]);
});

test('limits: out of memory is told as such', () => {
  expect(runExample('limits')).toEqual({
    code: 0,
    out: 'it was allowed 16 MiB and ended with code 137\nbecause memory ran out\n',
    err: '',
  });
});

test('workers: each one’s answer, and nobody left', () => {
  expect(runExample('workers')).toEqual({
    code: 0,
    out: '1000003 is prime\n1000037 is prime\n1000039 is prime\nENOCONTAINER\n',
    err: '',
  });
});
