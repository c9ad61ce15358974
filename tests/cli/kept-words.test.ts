/** Words that look like what is left out of them when they are compared: a container's name, and which one is entered. */
import { expect, test } from 'bun:test';
import { TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { limpid, limpidWith, says } = privateWorld();
const RUN = ['run', '-d', '--network=none'];

/** Three times, so that what is kept of it is used; answers what the last one said. */
async function thrice(...words: string[]): Promise<string> {
  for (let time = 0; time < 2; time++) await says(...words);
  return says(...words);
}

test('the label of an option is no name, and of two names the last one counts', async () => {
  const named = async (...words: string[]) => {
    await says(...RUN, ...words, BUSYBOX, 'sleep', '600');
    const shown = await says('ps', '-a', '--format', '{{.Names}} {{.Labels}}');
    await says('rm', '-f', '-t', '0', '--all');
    return shown;
  };
  for (let time = 0; time < 3; time++)
    expect(await named('-l', '--name=one', '--name', 'one')).toBe('one map[--name:one]');
  expect(await named('-l', '--name=two', '--name', 'one')).toBe('one map[--name:two]');
  for (let time = 0; time < 3; time++) expect(await named('--name', 'one', '--name', 'one')).toBe('one map[]');
  expect(await named('--name', 'two', '--name', 'one')).toBe('one map[]');
});

test('a byte that stands for a name is none where it was typed', async () => {
  const echo = ['run', '--rm', '--network=none', BUSYBOX, 'echo'];
  expect(await thrice(...echo, '\u0001')).toBe('\u0001');
  expect(await says(...echo, '--name', 'x')).toBe('--name x');
  await says(...RUN, '--name', 'lab', BUSYBOX, 'sleep', '600');
  expect(await thrice('exec', 'lab', 'echo', '\u0001')).toBe('\u0001');
  expect((await limpid('exec', '\u0001', 'echo', 'lab')).err).toStartWith('Error: cannot find container "\\x01": ');
  await says('rm', '-f', '-t', '0', 'lab');
});

test('a user with the name of a container is a user', async () => {
  for (const name of ['root', 'nobody']) await says(...RUN, '--name', name, BUSYBOX, 'sleep', '600');
  const id = (await says('inspect', '--format', '{{.Id}}', 'root')).slice(0, 12);
  const words = ['sh', '-c', 'hostname; id -un'];
  expect(await thrice('exec', '-u', 'root', 'root', ...words)).toBe(`${id}\nroot`);
  expect(await says('exec', '-u', 'nobody', 'root', ...words)).toBe(`${id}\nnobody`);
  await says('rm', '-f', '-t', '0', 'root', 'nobody');
});

test('in /etc/hosts a name that is the host name stands once, and what is no name stays', async () => {
  const machine = new TestHost('words');
  try {
    const hosts = async (...words: string[]) => {
      const through = ['nsenter', `--net=${machine.path}`];
      const { code, out, err } = await limpidWith(
        { through },
        ...['run', '--rm', '--network=bridge', ...words, BUSYBOX, 'tail', '-n', '2', '/etc/hosts'],
      );
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return out.replaceAll(/^\S+\t([0-9a-f]{12} )?/gm, '');
    };
    const HOST = 'host.containers.internal host.docker.internal\n';
    for (let time = 0; time < 3; time++) expect(await hosts('-h', 'one', '--name', 'one')).toBe(`one\n${HOST}`);
    for (let time = 0; time < 3; time++) expect(await hosts('-h', 'one', '--name', 'two')).toBe(`one two\n${HOST}`);
    expect(await hosts('-h', 'one', '--name', 'one')).toBe(`one\n${HOST}`);
    const name = 'host.docker.internal';
    for (let time = 0; time < 3; time++) expect(await hosts('--name', name)).toBe(`${name}\n${HOST}`);
    expect(await hosts('--name', 'three')).toBe(`three\n${HOST}`);
  } finally {
    await machine.drop();
  }
});
