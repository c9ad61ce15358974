/**
 * Runs a command in a virtual machine with the distribution's kernel, on this machine's own root (read-only,
 * under a tmpfs) and this checkout, with cgroup v2 or pure v1 and every controller:
 *   bun tests/guest/run.ts v2|v1 [--systemd] [--timeout SECONDS] [--out DIRECTORY] -- COMMAND...
 * Prints what the command prints, and exits as it does; 124 after the timeout, 125 where no guest came up.
 * The command finds the directory of --out, writable, as $GUEST_OUT. With --systemd the machine's systemd is process 1,
 * and the command its only service.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { buildInitramfs } from './initramfs.ts';
import { guestKernel } from './kernel.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUEST = `${ROOT}build/guest/`;
const EXIT = /^GUEST-EXIT (\d+)$/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    timeout: { type: 'string', default: '600' },
    out: { type: 'string' },
    kvm: { type: 'boolean', default: false },
    memory: { type: 'string', default: '2560' },
    systemd: { type: 'boolean', default: false },
  },
});
const [world, ...command] = positionals;
if ((world !== 'v1' && world !== 'v2') || command.length === 0) {
  console.error('usage: bun tests/guest/run.ts v2|v1 [--timeout SECONDS] [--out DIRECTORY] -- COMMAND...');
  process.exit(125);
}

/** The first script on the guest's own root: the command's output goes to a port that is no terminal. */
function bootScript(): string {
  return values.systemd ? bootSystemd() : commandScript();
}

/** Nothing but the command: its script ends the machine, as without systemd. */
function bootSystemd(): string {
  return `
mkdir -p /run/systemd/system
cat >/run/command <<'COMMAND'
${commandScript()}
COMMAND
cat >/run/systemd/system/guest.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/bash /run/command
UNIT
exec /lib/systemd/systemd --unit=guest.service --log-target=console --log-level=err
`;
}

function commandScript(): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `
export PATH=${ROOT}node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export GUEST_WORLD=${world} GUEST_OUT=/run/guest/out${process.env['CI'] === undefined ? '' : ' CI=true'}
mkdir -p /lib/modules && mount --bind ${GUEST}kernel/lib/modules /lib/modules
for module in loop veth bridge tun nf_tables bfq; do modprobe "$module" 2>/dev/null; done
# Of tmpfs the owners cannot be mapped before Linux 6.3.
truncate -s 1G /dev/shm/disk && mkfs.ext4 -q -F -O ^has_journal /dev/shm/disk && mount -o loop /dev/shm/disk /var/lib/limpid
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
cd ${ROOT}
{ ${quoted}; echo "GUEST-EXIT $?"; } </dev/null 2>&1 | cat >/dev/vport0p1
sync
echo o >/proc/sysrq-trigger
sleep 60
`;
}

async function prepare(exchange: string): Promise<string[]> {
  const kernel = await guestKernel();
  mkdirSync(`${exchange}/out`, { recursive: true });
  await Bun.write(`${exchange}/boot`, bootScript());
  const init = await Bun.file(new URL('init.sh', import.meta.url)).text();
  await Bun.write(`${exchange}/initramfs`, await buildInitramfs(kernel, init));
  const parameters = `console=ttyS0 quiet panic=-1 mitigations=off nokaslr audit=0 tsc=reliable no_timer_check cryptomgr.notests hugepages=16 swapaccount=1 limpid.world=${world} limpid.checkout=${ROOT.slice(0, -1)}`;
  return [
    ...['qemu-system-x86_64', '-nodefaults', '-nographic', '-no-reboot', '-smp', '2', '-m', values.memory],
    ...(values.kvm ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
    ...['-kernel', kernel.image, '-initrd', `${exchange}/initramfs`, '-append', parameters],
    ...['-serial', `file:${exchange}/console`, '-device', 'virtio-serial'],
    ...['-chardev', 'stdio,id=out,signal=off', '-device', 'virtserialport,chardev=out,name=out'],
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ...['-fsdev', `local,id=guest,path=${exchange},security_model=none`],
    ...['-device', 'virtio-9p-pci,fsdev=guest,mount_tag=guest'],
  ];
}

/** Copies the guest's lines to standard output, and returns the exit code that its last one names. */
async function follow(output: ReadableStream<Uint8Array>): Promise<number | undefined> {
  let pending = '';
  let code: number | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = lines.pop()!;
    for (const line of lines) {
      const exit = EXIT.exec(line);
      if (exit === null) await Bun.write(Bun.stdout, `${line}\n`);
      else code = Number(exit[1]);
    }
  }
  return code;
}

async function main(): Promise<number> {
  const exchange = `${GUEST}run-${process.pid}`;
  // A pipe, for at the end of its input qemu would close the port.
  const qemu = Bun.spawn(await prepare(exchange), { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      qemu.kill('SIGKILL');
    },
    Number(values.timeout) * 1000,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => qemu.kill('SIGKILL'));
  // Also where nobody reads any more what the guest says.
  process.once('exit', () => qemu.kill('SIGKILL'));
  const code = await follow(qemu.stdout);
  await qemu.exited;
  clearTimeout(timer);
  if (values.out !== undefined) await Bun.$`mkdir -p ${values.out} && cp -r ${exchange}/out/. ${values.out}`;
  if (code === undefined) {
    console.error(late ? `guest: ended after ${values.timeout} s` : 'guest: ended without an exit code; its console:');
    console.error((await Bun.file(`${exchange}/console`).text()).split('\n').slice(-30).join('\n'));
  }
  rmSync(exchange, { recursive: true });
  return code ?? (late ? 124 : 125);
}

process.exit(await main());
