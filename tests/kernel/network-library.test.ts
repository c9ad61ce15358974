/** `engine.networks`, by a program in a network namespace of its own. */
import { expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';

setDefaultTimeout(30_000);

const PROGRAM = `
import { Engine, LimpidError } from '${import.meta.dir}/../../engine/index.ts';
const [place] = Bun.argv.slice(-1);
const engine = new Engine({ root: place + '/root', runroot: place + '/run' });
const said = {};
const code = async (act) => { try { await act(); return 'done'; } catch (error) { return error instanceof LimpidError ? error.code : String(error); } };
const { name } = await engine.networks.create({ name: 'lab', subnets: [{ subnet: '10.5.0.0/24' }], dnsEnabled: false });
said.twice = await code(() => engine.networks.create({ name: 'lab' }));
const request = { image: 'builtin:busybox', name: 'web', command: ['sleep', '1000'] };
await engine.run({ ...request, networks: [{ network: name, aliases: [] }] });
await engine.networks.create({ name: 'back', subnets: [{ subnet: '10.6.0.0/24' }], dnsEnabled: false });
await engine.networks.connect('back', 'web', { ip: '10.6.0.9' });
const settings = async () => Object.entries((await engine.inspect('web')).NetworkSettings.Networks).map(([network, { IPAddress }]) => network + ' ' + IPAddress);
said.connected = await settings();
await engine.networks.disconnect('lab', 'web');
said.disconnected = await settings();
said.users = (await engine.networks.list()).map(({ name, users }) => name + ' ' + users.join());
said.inUse = await code(() => engine.networks.remove('back'));
said.pruned = await engine.networks.prune();
Bun.spawnSync(['ip', 'link', 'delete', 'limpid2']);
await engine.networks.reload();
said.reloaded = Bun.spawnSync(['ip', '-br', 'link', 'show', 'master', 'limpid2']).stdout.toString().split('\\n').filter(Boolean).length;
await engine.remove('web', { force: true });
await engine.networks.remove('back');
// Who says nothing is on the default network, as on the command line; who asks for none is on none.
const on = async (more) => {
  await engine.run({ ...request, ...more });
  const names = Object.keys((await engine.inspect('web')).NetworkSettings.Networks);
  await engine.remove('web', { force: true });
  return names.join();
};
said.unasked = [await on({}), await on({ networks: [] }), await on({ namespaces: { network: { kind: 'none' } } })];
await engine.networks.remove('limpid');
// On the host's networks a container is on none of ours.
await engine.run({ ...request, networks: [{ network: 'limpid', aliases: [] }], namespaces: { network: { kind: 'host' } } });
await engine.remove('web', { force: true });
said.links = Bun.spawnSync(['ip', '-br', 'link']).stdout.toString().trim().split('\\n').length;
console.log(JSON.stringify(said));
`;

test('create, run, connect, disconnect, prune, reload, remove', async () => {
  const place = mkdtempSync('/tmp/limpid-library-');
  try {
    const child = Bun.spawn(['unshare', '--net', process.execPath, '-e', PROGRAM, place], {
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      twice: 'EEXIST',
      connected: ['lab 10.5.0.2', 'back 10.6.0.9'],
      disconnected: ['back 10.6.0.9'],
      users: ['back web', 'lab ', 'limpid '],
      inUse: 'EINUSE',
      pruned: ['lab'],
      reloaded: 1,
      unasked: ['limpid', '', ''],
      links: 1,
    });
  } finally {
    rmSync(place, { recursive: true });
  }
});
