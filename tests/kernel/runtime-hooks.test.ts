import { describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, run, says, root } = runtimeScope();

/** A hook that appends a line: its name, what `how` prints, and the status that it read. */
function hook(name: string, how = 'readlink /proc/self/ns/mnt', path = `${directory}/hook`) {
  return { path, args: ['hook', name, how], env: ['PATH=/usr/bin:/bin', `LOG=${directory}/log`] };
}

writeFileSync(`${directory}/hook`, '#!/bin/sh\nread -r state\necho "$1|$($2)|$state" >> "$LOG"\n');
chmodSync(`${directory}/hook`, 0o755);

interface Entry {
  readonly name: string;
  readonly said: string;
  readonly state: { readonly status: string; readonly pid: number; readonly id: string; readonly bundle: string };
}

function entries(): Entry[] {
  const lines = readFileSync(`${directory}/log`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [name = '', said = '', state = ''] = line.split('|');
    return { name, said, state: JSON.parse(state) };
  });
}

const hostMounts =
  readFileSync('/proc/self/mountinfo', 'utf8') &&
  Bun.spawnSync(['readlink', '/proc/self/ns/mnt']).stdout.toString().trim();

describe('hooks', () => {
  test('run at their points, in their namespaces, with the state on stdin', async () => {
    const path = bundle('points', ['true'], (spec) => {
      spec.mounts!.push({ destination: '/hooks', type: 'bind', source: directory, options: ['rbind'] });
      const inside = {
        path: '/bin/sh',
        args: ['sh', '-c', 'read -r s; echo "startContainer|$(readlink /proc/self/ns/mnt)|$s" >> /hooks/log'],
        env: ['PATH=/bin'],
      };
      spec.hooks = {
        prestart: [hook('prestart')],
        createRuntime: [hook('createRuntime'), hook('second')],
        createContainer: [hook('createContainer')],
        startContainer: [inside],
        poststart: [hook('poststart')],
        poststop: [hook('poststop')],
      };
    });
    await says('create', '--bundle', path, 'points');
    expect(entries().map(({ name }) => name)).toEqual(['prestart', 'createRuntime', 'second', 'createContainer']);
    const { pid } = JSON.parse(await says('state', 'points'));
    await says('start', 'points');
    expect(
      entries()
        .map(({ name }) => name)
        .slice(4),
    ).toEqual(['startContainer', 'poststart']);
    await run('delete', '--force', 'points');
    const all = entries();
    expect(all.at(-1)!.name).toBe('poststop');
    for (const { name, said, state } of all) {
      expect({ name, id: state.id, bundle: state.bundle }).toEqual({ name, id: 'points', bundle: path });
      const isInside = name === 'createContainer' || name === 'startContainer';
      expect({ name, isHost: said === hostMounts }).toEqual({ name, isHost: !isInside });
      expect({ name, pid: state.pid }).toEqual({ name, pid: name === 'poststop' ? 0 : pid });
    }
    expect(all.map(({ state }) => state.status)).toEqual([
      'creating',
      'creating',
      'creating',
      'creating',
      'creating',
      'running',
      'stopped',
    ]);
  });

  test('one that fails before the start fails the create, and leaves nothing', async () => {
    const path = bundle('failing', ['true'], (spec) => {
      spec.hooks = { createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', 'exit 3'] }] };
    });
    const { code, err } = await run('create', '--bundle', path, 'failing');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot run hook "/bin/sh": ECANCELED, it ended with status 3, for hooks.createRuntime[0]\n',
    });
    expect(existsSync(`${root}/failing`)).toBe(false);
  });

  test('one that hangs is killed when its time is over', async () => {
    const path = bundle('hanging', ['true'], (spec) => {
      spec.hooks = { createContainer: [{ path: '/bin/sleep', args: ['sleep', '1000'], timeout: 1 }] };
    });
    const { code, err } = await run('create', '--bundle', path, 'hanging');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot run hook "/bin/sleep": ETIMEDOUT, its time is over, for hooks.createContainer[0]\n',
    });
    expect(existsSync(`${root}/hanging`)).toBe(false);
  });

  test('a startContainer hook that fails fails the start', async () => {
    const path = bundle('late', ['true'], (spec) => {
      spec.hooks = { startContainer: [{ path: '/bin/false' }] };
    });
    await says('create', '--bundle', path, 'late');
    const { code, err } = await run('start', 'late');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot run hook "/bin/false": ECANCELED, it ended with status 1, for hooks.startContainer[0]\n',
    });
    expect(JSON.parse(await says('state', 'late')).status).toBe('stopped');
  });

  test('a poststop hook that fails is a warning, and the container is gone', async () => {
    const path = bundle('warned', ['true'], (spec) => {
      spec.hooks = { poststop: [{ path: '/bin/false' }, hook('after')] };
    });
    await says('create', '--bundle', path, 'warned');
    const { code, err } = await run('delete', 'warned');
    expect(code).toBe(0);
    expect(err).toContain('level=warning msg="hooks.poststop[0] \\"/bin/false\\": exit status 1"');
    expect(entries().at(-1)!.name).toBe('after');
    expect(existsSync(`${root}/warned`)).toBe(false);
  });
});
