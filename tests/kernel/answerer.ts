/** A server for the test hosts: `bun answerer.ts tcp|udp|http PORT ADDRESS` tells everybody who they seem to be. */
const [protocol = '', port = '0', hostname = ''] = process.argv.slice(2);
const plain = (address = '') => address.replace('::ffff:', '');
const listening = { hostname, port: Number(port) };

if (protocol === 'http') {
  Bun.serve({
    ...listening,
    fetch: (request, server) => new Response(`${plain(server.requestIP(request)?.address)} http\n`),
  });
} else if (protocol === 'tcp') {
  const socket = {
    open: (client: Bun.Socket) => {
      client.write(`${plain(client.remoteAddress)} tcp\n`);
      client.end();
    },
    data: () => {},
  };
  Bun.listen({ ...listening, socket });
} else {
  const socket = {
    data: (from: Bun.udp.Socket<'buffer'>, data: Buffer, peer: number, address: string) => {
      from.send(`${plain(address)} udp ${data.length}\n`, peer, address);
    },
  };
  await Bun.udpSocket({ ...listening, socket });
}
export {};
console.log('ready');
