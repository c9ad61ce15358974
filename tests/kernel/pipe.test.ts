import { expect, test } from 'bun:test';
import { closeDescriptor } from '../../kernel/descriptors.ts';
import { makePipe, PipeWriter } from '../../kernel/pipe.ts';

test('everything arrives in order, however far behind the reader is, and what is written may change afterwards', async () => {
  const { readFd, writeFd } = makePipe();
  const writer = new PipeWriter(writeFd, 4096);
  const reused = Buffer.alloc(3000);
  let sent = '';
  for (let round = 0; round < 20; round++) {
    reused.fill(65 + round);
    sent += reused.toString();
    writer.write(reused);
  }
  expect(writer.isBehind).toBe(true);
  const read = new Response(Bun.file(readFd).stream()).text();
  await writer.drained();
  expect(writer.isBehind).toBe(false);
  writer.close();
  expect(await read).toBe(sent);
});

test('what lasts waits as it is, and nothing is copied', async () => {
  const { readFd, writeFd } = makePipe();
  const writer = new PipeWriter(writeFd, 4096);
  const bytes = Buffer.alloc(10_000, 'a');
  writer.write(bytes, true);
  expect(writer.isBehind).toBe(true);
  bytes.fill('b', 4096);
  const read = new Response(Bun.file(readFd).stream()).text();
  await writer.drained();
  writer.close();
  expect(await read).toBe(`${'a'.repeat(4096)}${'b'.repeat(5904)}`);
});

test('a reader that is gone is EPIPE, for the writer and for who waits', async () => {
  const { readFd, writeFd } = makePipe();
  const writer = new PipeWriter(writeFd, 4096);
  writer.write(new Uint8Array(10_000));
  const draining = writer.drained();
  closeDescriptor(readFd);
  await expect(draining).rejects.toThrow('EPIPE');
  writer.close();
});

test('a closed one writes nowhere, whoever has the descriptor by then', async () => {
  const { readFd, writeFd } = makePipe();
  const writer = new PipeWriter(writeFd, 4096);
  writer.write(new Uint8Array(10_000));
  const draining = writer.drained();
  writer.close();
  const next = makePipe();
  expect([next.readFd, next.writeFd]).toContain(writeFd);
  await draining;
  expect(() => writer.write(new Uint8Array(1))).toThrow('EPIPE');
  for (const fd of [readFd, next.readFd, next.writeFd]) closeDescriptor(fd);
});
