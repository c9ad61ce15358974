/**
 * A resolver for the test hosts: `bun dns-answerer.ts ADDRESS`. Knows example.test (203.0.113.5), big.test (203.0.113.6,
 * by TCP alone), edns.test (203.0.113.7 to who speaks EDNS, else 203.0.113.8) and nothing else.
 */
const [hostname = ''] = process.argv.slice(2);

function answer(query: Uint8Array, overTcp: boolean): Uint8Array {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(Buffer.from(query.subarray(at + 1, at + 1 + length)).toString());
    at += 1 + length;
  }
  const end = at + 5;
  const type = query[at + 2]!;
  const name = labels.join('.').toLowerCase();
  const last = { 'example.test': 5, 'big.test': 6, 'edns.test': query[11]! > 0 ? 7 : 8 }[name];
  const isCut = name === 'big.test' && !overTcp;
  const hasRecord = last !== undefined && type === 1 && !isCut;
  const record = hasRecord ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, last] : [];
  const flags = [0x81 | (isCut ? 2 : 0), 0x80 | (last === undefined ? 3 : 0)];
  return Uint8Array.from([
    ...query.subarray(0, 2),
    ...flags,
    ...[0, 1, 0, hasRecord ? 1 : 0, 0, 0, 0, 0],
    ...query.subarray(12, end),
    ...record,
  ]);
}

await Bun.udpSocket({
  hostname,
  port: 53,
  socket: { data: (socket, query, port, address) => void socket.send(answer(query, false), port, address) },
});
Bun.listen({
  hostname,
  port: 53,
  socket: {
    data: (socket, bytes) => {
      const message = answer(bytes.subarray(2), true);
      socket.write(Uint8Array.from([message.length >> 8, message.length & 0xff, ...message]));
    },
  },
});
export {};
console.log('ready');
