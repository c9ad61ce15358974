import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid, begin } = privateWorld();

async function finished(name: string, script: string, ...options: string[]): Promise<string> {
  const id = await says('run', '-d', '--name', name, ...options, BUSYBOX, 'sh', '-c', script);
  await says('wait', name);
  return id;
}

test('both streams come back as they were', async () => {
  await finished('both', 'echo out; echo err >&2; printf end');
  expect(await limpid('logs', 'both')).toEqual({ code: 0, out: 'out\nend', err: 'err\n' });
  await says('rm', 'both');
});

test('--tail, --since, --until, -t', async () => {
  await finished('lines', 'for i in 1 2 3 4 5; do echo line $i; done');
  expect(await says('logs', '--tail', '2', 'lines')).toBe('line 4\nline 5');
  expect(await says('logs', '--tail', '0', 'lines')).toBe('');
  expect(await says('logs', '--since', '1h', 'lines')).toBe('line 1\nline 2\nline 3\nline 4\nline 5');
  expect(await says('logs', '--until', '1h', 'lines')).toBe('');
  const stamped = (await says('logs', '-t', 'lines')).split('\n');
  const [stamp, ...words] = stamped[2]!.split(' ');
  expect(words).toEqual(['line', '3']);
  expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}([+-]\d\d:\d\d|Z)$/);
  expect((await says('logs', '--since', stamp!, 'lines')).split('\n').at(-1)).toBe('line 5');
  expect(await says('logs', '--since', '2999-01-01T00:00:00Z', 'lines')).toBe('');
  expect((await limpid('logs', '--tail', 'x', 'lines')).err).toBe(
    'Error: cannot use "x" for --tail: a whole number is wanted\n',
  );
  await says('rm', 'lines');
});

test('-f follows to the end, and sees every line', async () => {
  await says('run', '-di', '--name', 'talk', BUSYBOX, 'sh', '-c', 'echo first; while read line; do echo "$line"; done');
  const follower = begin('logs', '-f', 'talk');
  const reader = follower.stdout.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await next()).toBe('first\n');
  const speaker = begin('attach', 'talk');
  speaker.stdin.write('second\n');
  expect(await next()).toBe('second\n');
  speaker.stdin.write('third\n');
  speaker.stdin.end();
  expect(await next()).toBe('third\n');
  expect([(await reader.read()).done, await follower.exited]).toEqual([true, 0]);
  await says('rm', 'talk');
});

test('ten thousand lines, each once and in order', async () => {
  await finished('many', 'seq 1 10000');
  expect(await says('logs', 'many')).toBe(Array.from({ length: 10_000 }, (_, index) => index + 1).join('\n'));
  await says('rm', 'many');
});

describe('drivers', () => {
  test('k8s-file and json-file: their formats', async () => {
    const k8s = `${directory}/k8s.log`;
    await finished('k8s', 'echo hello; printf part', '--log-opt', `path=${k8s}`);
    expect(readFileSync(k8s, 'utf8').replaceAll(/^\S+/gm, 'TIME')).toBe('TIME stdout F hello\nTIME stdout P part\n');
    const json = `${directory}/json.log`;
    await finished('json', 'echo "quoted \\"words\\""', '--log-driver', 'json-file', '--log-opt', `path=${json}`);
    const { log, stream, time } = JSON.parse(readFileSync(json, 'utf8'));
    expect([log, stream, Number.isNaN(Date.parse(time))]).toEqual(['quoted "words"\n', 'stdout', false]);
    expect(await says('logs', 'json')).toBe('quoted "words"');
    await says('rm', 'k8s', 'json');
  });
  test('none: nothing is kept, and logs says so', async () => {
    await finished('none', 'echo hello', '--log-driver', 'none');
    const { code, out, err } = await limpid('logs', 'none');
    const why = 'the log driver is none, so its output was not kept (hint: create it with --log-driver k8s-file)';
    expect([code, out, err]).toEqual([125, '', `Error: cannot read the log of container "none": ${why}\n`]);
    await says('rm', 'none');
  });
  test('rotation by size: no file is larger, no more of them than asked', async () => {
    const id = await finished('turn', 'seq 1 20000', '--log-opt', 'max-size=20k', '--log-opt', 'max-file=3');
    const folder = `${directory}/root/containers/${id}`;
    const files = readdirSync(folder).filter((name) => name.startsWith('ctr.log'));
    expect(files.length).toBe(3);
    for (const name of files) expect(readFileSync(`${folder}/${name}`).length).toBeLessThanOrEqual(20 * 1024);
    const lines = (await says('logs', 'turn')).split('\n').map(Number);
    expect(lines.at(-1)).toBe(20_000);
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => 20_001 - lines.length + index));
    await says('rm', 'turn');
  });
});
