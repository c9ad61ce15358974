import { describe, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';

const { directory, says, limpid } = privateWorld();
const RUN = [
  'run',
  '--rm',
  '--hostname',
  'seen',
  '--memory',
  '64m',
  '--env',
  'A=b c',
  BUSYBOX,
  'sh',
  '-c',
  'hostname; echo "$A"',
];
const show = (stage: string) => says(RUN[0]!, `--show=${stage}`, ...RUN.slice(1));

describe('--show runs nothing', () => {
  test('config: what was meant, as JSON', async () => {
    const config = JSON.parse(await show('config'));
    expect(config.hostname).toBe('seen');
    expect(config.resources.memory.limit).toBe(64 << 20);
    expect(config.command).toEqual(['sh', '-c', 'hostname; echo "$A"']);
  });

  test('spec: the OCI runtime spec', async () => {
    const spec = JSON.parse(await show('spec'));
    expect(spec.ociVersion).toMatch(/^1\.\d+\.\d+$/);
    expect(spec.hostname).toBe('seen');
    expect(spec.process.args).toEqual(['sh', '-c', 'hostname; echo "$A"']);
    expect(spec.process.env).toContain('A=b c');
    expect(spec.linux.resources.memory.limit).toBe(64 << 20);
  });

  test('plan: one line an operation, with what asked for it', async () => {
    const lines = (await show('plan')).split('\n');
    const find = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    expect(find(/^host .*clone/)).toBe(1);
    expect(find(/pivot_root/)).toBe(1);
    expect(find(/^child +sethostname +seen +# --hostname seen$/)).toBe(1);
    expect(find(/67108864.*--memory/)).toBeGreaterThanOrEqual(1);
    expect(find(/^(init|child) +exec +sh /)).toBe(1);
  });

  test('script: sh runs it, and it is the same container', async () => {
    const script = await show('script');
    const { code, out, err } = await finish(['sh'], { input: script });
    expect({ code, out, err }).toEqual({ code: 0, out: 'seen\nb c\n', err: '' });
  });

  test('script: the exit code is that of the process', async () => {
    const script = await says('run', '--show=script', BUSYBOX, 'sh', '-c', 'exit 5');
    expect((await finish(['sh'], { input: script })).code).toBe(5);
  });

  test('nothing was recorded by any of them', async () => {
    expect(await says('ps', '-aq')).toBe('');
    for (const name of ['root', 'run']) {
      const path = `${directory}/${name}/containers`;
      expect(existsSync(path) ? readdirSync(path) : []).toEqual([]);
    }
  });

  test('a stage that is none', async () => {
    const { code, err } = await limpid('run', '--show=soul', BUSYBOX);
    expect([code, err]).toEqual([
      125,
      'Error: cannot use "soul" for --show: must be one of "config", "spec", "plan", "script"\n',
    ]);
  });

  test('exec too', async () => {
    await says('run', '-d', '--name', 'one', BUSYBOX, 'sleep', 'infinity');
    expect(await says('exec', '--show=plan', 'one', 'true')).toMatch(/setns/);
    const { out } = await finish(['sh'], { input: await says('exec', '--show=script', 'one', 'hostname') });
    expect(out).toBe(`${(await says('ps', '-q')).trim()}\n`);
    await says('rm', '-f', '-t', '0', 'one');
  });
});
