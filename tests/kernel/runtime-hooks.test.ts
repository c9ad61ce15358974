import { describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { shows } from './oci-statement.ts';
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
  shows(
    [
      ...(['PosixHooksStateToStdin', 'PosixHooksCalledInOrder', 'hooks', 'hooks_stdin', 'prestart'] as const),
      ...(['PrestartHooksInvoke', 'PoststartHooksInvoke', 'PoststopHooksInvoke', 'PrestartTiming'] as const),
    ],
    'run at their points, in their namespaces, with the state on stdin',
    async () => {
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
    },
  );

  shows(
    ['PrestartHookFailGenError', 'prestart_fail'],
    'one that fails before the start fails the create, and leaves nothing',
    async () => {
      const path = bundle('failing', ['true'], (spec) => {
        spec.hooks = { createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', 'exit 3'] }] };
      });
      const { code, err } = await run('create', '--bundle', path, 'failing');
      expect({ code, err }).toEqual({
        code: 1,
        err: 'cannot run hook "/bin/sh": ECANCELED, it ended with status 3, for hooks.createRuntime[0]\n',
      });
      expect(existsSync(`${root}/failing`)).toBe(false);
      // The oldest of the six does the same, and those behind it are not run.
      const oldest = bundle('failing', ['true'], (spec) => {
        spec.hooks = { prestart: [{ path: '/bin/false' }, hook('behind')] };
      });
      expect((await run('create', '--bundle', oldest, 'failing')).err).toBe(
        'cannot run hook "/bin/false": ECANCELED, it ended with status 1, for hooks.prestart[0]\n',
      );
      expect(entries().map(({ name }) => name)).not.toContain('behind');
      expect(existsSync(`${root}/failing`)).toBe(false);
    },
  );

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

  shows(
    ['PoststartTiming', 'PoststartHookFailGenWarn', 'poststart', 'poststart_fail'],
    'poststart hooks run behind the program’s start and before the return of ours; one that fails is a warning',
    async () => {
      const path = bundle('posted', ['sh', '-c', 'echo ran >/tmp/ran; exec sleep 1000'], (spec) => {
        const wait = `until [ -s ${directory}/posted/rootfs/tmp/ran ]; do sleep 0.01; done; echo seen >${directory}/seen`;
        spec.hooks = {
          poststart: [{ path: '/bin/sh', args: ['sh', '-c', wait] }, { path: '/bin/false' }, hook('posted')],
        };
      });
      await says('create', '--bundle', path, 'posted');
      expect(existsSync(`${path}/rootfs/tmp/ran`)).toBe(false);
      const { code, err } = await run('start', 'posted');
      expect(readFileSync(`${directory}/seen`, 'utf8')).toBe('seen\n');
      expect({ code, err }).toEqual({
        code: 0,
        err: expect.stringContaining('level=warning msg="hooks.poststart[1] \\"/bin/false\\": exit status 1"'),
      });
      expect(entries().at(-1)!.name).toBe('posted');
      expect(JSON.parse(await says('state', 'posted')).status).toBe('running');
      await run('delete', '--force', 'posted');
    },
  );

  shows(['PosixHooksPathAbs', 'PosixHooksTimeoutPositive'], 'what a hook may not be', async () => {
    const cases: [string, object][] = [
      ['hooks.createRuntime[0].path', { path: 'bin/true' }],
      ['hooks.createRuntime[0].path', {}],
      ['hooks.createRuntime[0].timeout', { path: '/bin/true', timeout: 0 }],
      ['hooks.createRuntime[0].timeout', { path: '/bin/true', timeout: -1 }],
      ['hooks.createRuntime[0].timeout', { path: '/bin/true', timeout: 'soon' }],
    ];
    for (const [place, wrong] of cases) {
      const path = bundle(
        'wrong',
        ['true'],
        (spec) => void (spec.hooks = { createRuntime: [wrong as { path: string }] }),
      );
      const { code, err } = await run('create', '--bundle', path, 'wrong');
      expect({ place, code, err }).toEqual({ place, code: 1, err: expect.stringContaining(`"${place}"`) });
      expect(existsSync(`${root}/wrong`)).toBe(false);
    }
  });

  shows(
    ['PoststopHookFailGenWarn', 'PoststopTiming', 'poststop', 'poststop_fail'],
    'a poststop hook that fails is a warning, and the container is gone',
    async () => {
      const path = bundle('warned', ['true'], (spec) => {
        const look = `if [ -e ${root}/warned ]; then echo there; else echo gone; fi >${directory}/looked`;
        spec.hooks = {
          poststop: [{ path: '/bin/false' }, hook('after'), { path: '/bin/sh', args: ['sh', '-c', look] }],
        };
      });
      await says('create', '--bundle', path, 'warned');
      const { code, err } = await run('delete', 'warned');
      expect(code).toBe(0);
      expect(err).toContain('level=warning msg="hooks.poststop[0] \\"/bin/false\\": exit status 1"');
      expect(entries().at(-1)!.name).toBe('after');
      expect(readFileSync(`${directory}/looked`, 'utf8')).toBe('gone\n');
      expect(existsSync(`${root}/warned`)).toBe(false);
    },
  );
});
