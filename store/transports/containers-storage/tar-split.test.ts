import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { assembleTar } from './tar-split.ts';

const streamOf = (...chunks: readonly Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function assemble(lines: string, files: ReadonlyMap<string, Uint8Array>, cutAt: number): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(lines);
  const pieces: Uint8Array[] = [];
  const content = (path: string) => streamOf(files.get(path)!);
  for await (const piece of assembleTar(streamOf(bytes.slice(0, cutAt), bytes.slice(cutAt)), content, 'x'))
    pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

test('segments and files come together in order, wherever the stream is cut', async () => {
  const part = fc.oneof(
    fc.record({ segment: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ name: fc.string({ minLength: 1, maxLength: 6 }), file: fc.uint8Array({ maxLength: 40 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part), fc.nat(400), async (parts, cutAt) => {
      const files = new Map<string, Uint8Array>();
      const lines = parts.map((one, position) => {
        if ('segment' in one) return { type: 2, payload: Buffer.from(one.segment).toString('base64'), position };
        files.set(`${one.name}${position}`, one.file);
        return { type: 1, name: `${one.name}${position}`, size: one.file.length, payload: '', position };
      });
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      const whole = Buffer.concat(parts.map((one) => ('segment' in one ? one.segment : one.file)));
      expect(await assemble(text, files, cutAt)).toEqual(new Uint8Array(whole));
    }),
  );
});

test.each([
  ['{', 'its tar-split data is damaged'],
  ['1', 'its tar-split data is damaged'],
  ['{"type":2,"payload":7}', 'its tar-split data is damaged'],
  ['{"type":9}', 'its tar-split data has an entry of type "9"'],
  ['{"type":1,"name":"?","name_raw":"/w==","size":1}', 'it holds a file whose name is no UTF-8'],
])('%s', async (line, why) => {
  const error = await assemble(line, new Map(), 0).catch((error: unknown) => error);
  expect((error as Error).message).toBe(`cannot read "x": ${why}`);
});
