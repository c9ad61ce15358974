/** TLS or plain HTTP: what an insecure registry is asked in first, and what comes of the other one. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { registrySource } from '../../registry/source.ts';
import { parseReference } from '../../spec/reference.ts';
import { hostileRegistry, json, smallImage } from '../attack/hostile-registry.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';

const home = mkdtempSync('/tmp/limpid-home-');
let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ tls: true });
});
afterAll(async () => {
  await registry.stop();
  rmSync(home, { recursive: true });
});

const manifestOf = (name: string, more: RegistryOptions = {}) => {
  const env = { HOME: home, XDG_RUNTIME_DIR: home, CONTAINERS_REGISTRIES_CONF: `${home}/registries.conf` };
  const options = { host: { ...ownHost(), env }, pacing: { tries: 2, firstDelayMs: 1 }, tlsVerify: false, ...more };
  return registrySource(parseReference(name), options).manifest();
};

/** A server that answers every connection's first bytes as it is told, and closes it; it remembers how they began. */
function rawServer(answer: string) {
  const first: string[] = [];
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket, bytes) {
        first.push(bytes[0] === 0x16 ? 'TLS' : bytes.toString('latin1', 0, 3));
        socket.end(bytes[0] === 0x16 ? '' : answer);
      },
    },
  });
  return { port: server.port, first, stop: () => server.stop(true) };
}

const MANIFEST = new TextDecoder().decode(json(smallImage().manifest));
const PLAIN = `HTTP/1.1 200 OK\r\ncontent-length: ${MANIFEST.length}\r\nconnection: close\r\n\r\n${MANIFEST}`;

test('on the loopback it is HTTP, in one connection; elsewhere TLS comes first', async () => {
  const server = rawServer(PLAIN);
  const { bytes } = await manifestOf(`127.0.0.1:${server.port}/image:1`);
  expect(new TextDecoder().decode(bytes)).toBe(MANIFEST);
  expect(server.first).toEqual(['GET']);
  // Not a name of the loopback for us, though the resolver takes it for one.
  await manifestOf(`localhost.:${server.port}/image:1`);
  expect(server.first).toEqual(['GET', 'TLS', 'GET']);
  server.stop();
});

test('to a server of TLS on the loopback it is TLS: one that answers HTTP with 400, and one that hangs up', async () => {
  const tls = {
    key: readFileSync(`${registry.directory}/tls.key`),
    cert: readFileSync(`${registry.directory}/tls.crt`),
  };
  const silent = hostileRegistry(() => undefined, smallImage(), tls);
  expect(new TextDecoder().decode((await manifestOf(`${silent.host}/image:1`)).bytes)).toBe(MANIFEST);
  await silent.stop();
  const error = await manifestOf(`${registry.host}/image:1`).catch((thrown: unknown) => thrown as LimpidError);
  expect(error).toBeInstanceOf(LimpidError);
  expect((error as LimpidError).message).toBe(
    `cannot pull "${registry.host}/image:1": "${registry.host}" has no repository "image"`,
  );
});

test('with --tls-verify the loopback too is asked in TLS alone', async () => {
  const server = rawServer(PLAIN);
  const error = await manifestOf(`127.0.0.1:${server.port}/image:1`, { tlsVerify: true }).catch((e: unknown) => e);
  expect((error as LimpidError).code).toBe('ETRANSFER');
  expect(new Set(server.first)).toEqual(new Set(['TLS']));
  server.stop();
});

test('a 400 that is meant so, and a connection that breaks, are told as they are', async () => {
  const refusing = hostileRegistry(() => Response.json({ errors: [{ message: 'not so' }] }, { status: 400 }));
  expect(await messageOf(manifestOf(`${refusing.host}/image:1`))).toBe(
    `cannot pull "${refusing.host}/image:1": "${refusing.host}" answered 400 ("not so")`,
  );
  await refusing.stop();
  const breaking = rawServer('');
  expect(await messageOf(manifestOf(`127.0.0.1:${breaking.port}/image:1`))).toBe(
    `cannot pull "127.0.0.1:${breaking.port}/image:1": the connection to "127.0.0.1:${breaking.port}" broke: ECONNRESET`,
  );
  breaking.stop();
});

async function messageOf(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LimpidError);
  return (error as LimpidError).message;
}
