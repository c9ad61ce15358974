/** A server for the test hosts: `bun answerer.ts tcp|udp|http|echo PORT ADDRESS` tells everybody who they seem to be; `echo` gives back what it gets. */
const [protocol = '', port = '0', hostname = ''] = process.argv.slice(2);
const plain = (address = '') => address.replace('::ffff:', '');
const listening = { hostname, port: Number(port) };

if (protocol === 'http' || protocol === 'echo') {
  Bun.serve({
    ...listening,
    fetch: async (request, server) =>
      new Response(protocol === 'echo' ? await request.bytes() : `${plain(server.requestIP(request)?.address)} http\n`),
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
