import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dockerHost } from './docker-host.ts';

const directory = mkdtempSync('/tmp/limpid-docker-host-');
afterAll(() => rmSync(directory, { recursive: true }));
const at = (env: Record<string, string>) => dockerHost('docker-daemon:x:1', env);
const proxy = false as unknown as string;

describe('where Docker is', () => {
  test.each<[string, Record<string, string>, object]>([
    [
      'its socket, where nothing is said',
      {},
      { shown: '/var/run/docker.sock', origin: 'http://docker', options: { unix: '/var/run/docker.sock' } },
    ],
    [
      'another socket',
      { DOCKER_HOST: 'unix:///a b' },
      { shown: '/a b', origin: 'http://docker', options: { unix: '/a b' } },
    ],
    [
      'TCP',
      { DOCKER_HOST: 'tcp://[::1]:2375' },
      { shown: 'tcp://[::1]:2375', origin: 'http://[::1]:2375', options: { proxy } },
    ],
    [
      'TLS, without certificates',
      { DOCKER_HOST: 'tcp://build:99', DOCKER_TLS_VERIFY: '1', HOME: '/nowhere' },
      { shown: 'tcp://build:99', origin: 'https://build:99', options: { proxy, tls: {} } },
    ],
  ])('%s', (_, env, expected) => {
    expect(at(env)).toEqual(expected as ReturnType<typeof at>);
  });

  test('TLS by the certificates that are there, on its own port', () => {
    writeFileSync(`${directory}/ca.pem`, 'the authority');
    writeFileSync(`${directory}/key.pem`, 'the key');
    expect(at({ DOCKER_HOST: 'tcp://build', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory })).toEqual({
      shown: 'tcp://build',
      origin: 'https://build:2376',
      options: { proxy, tls: { ca: 'the authority', key: 'the key' } },
    });
  });

  test.each(['ssh://host', 'npipe:////x', 'tcp://', 'tcp://user@host:1', 'tcp://host/path', '/var/run/docker.sock'])(
    'nowhere: %s',
    (host) => {
      expect(() => at({ DOCKER_HOST: host })).toThrow(
        `cannot reach "docker-daemon:x:1": DOCKER_HOST is "${host}" (hint: unix://PATH and tcp://HOST:PORT are spoken to)`,
      );
    },
  );
});
