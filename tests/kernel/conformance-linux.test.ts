/** config-linux.md and runtime-linux.md of the OCI runtime-spec, but for cgroups. */
import { afterAll, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { NamespaceType, RuntimeSpec } from '../../spec/runtime.ts';
import type { LimpidError } from '../../base/error.ts';
import { createContainer } from '../../runtime/create.ts';
import { RuntimeWorld } from '../../runtime/runtime-world.ts';
import { shows } from './oci-statement.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, root, run, words } = runtimeScope();
const world = new RuntimeWorld({ root });

/** What the process prints, which has to end well. */
async function prints(script: string, change: (spec: RuntimeSpec) => void = () => {}): Promise<string[]> {
  const { code, out, err } = await once('prints', ['sh', '-c', script], change);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.trimEnd().split('\n');
}

async function refusal(change: (spec: RuntimeSpec) => void): Promise<string> {
  const path = bundle('refused', ['true'], change);
  // By the library, as the program takes a second in a guest; what it makes of an error, others test.
  const { message, exitCode } = await createContainer(world, 'refused', { bundle: path }).then(
    () => expect.unreachable('it was created'),
    (error: LimpidError) => error,
  );
  expect(exitCode).toBe(1);
  expect(message).toMatch(/^cannot [^\n]+$/);
  expect(existsSync(`${root}/refused`)).toBe(false);
  return message;
}

const FILES: Readonly<Record<NamespaceType, string>> = {
  cgroup: 'cgroup',
  ipc: 'ipc',
  mount: 'mnt',
  network: 'net',
  pid: 'pid',
  time: 'time',
  user: 'user',
  uts: 'uts',
};
const TYPES = Object.keys(FILES) as NamespaceType[];
const READ = TYPES.map((type) => `readlink /proc/self/ns/${FILES[type]}`).join('; ');
const own = TYPES.map((type) => readlinkSync(`/proc/self/ns/${FILES[type]}`));
const whole = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

// A process in namespaces of its own, to be joined.
const stranger = Bun.spawn(
  ['unshare', '-m', '-n', '-i', '-u', '-C', '-T', '-p', '--fork', '--kill-child', 'sleep', '1000'],
  {
    stdin: 'ignore',
  },
);
afterAll(async () => {
  stranger.kill('SIGKILL');
  await stranger.exited;
});

shows(['NSNewNSWithoutPath', 'linux_ns_nopath'], 'a namespace without a path is new', async () => {
  const out = await prints(READ, (spec) => {
    spec.linux!.namespaces = TYPES.filter((type) => type !== 'user').map((type) => ({ type }));
  });
  for (const [index, type] of TYPES.entries())
    expect([type, out[index] === own[index]]).toEqual([type, type === 'user']);
});

shows(['NSInheritWithoutType', 'linux_ns_itype'], 'one that is not listed is the caller’s', async () => {
  for (const left of ['network', 'ipc', 'uts', 'pid', 'cgroup'] as const) {
    const out = await prints(READ, (spec) => {
      spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== left);
      if (left === 'uts') delete spec.hostname;
      // A new mqueue or sysfs is only for who owns the namespace.
      const needs: Partial<Record<NamespaceType, string>> = { ipc: '/dev/mqueue', network: '/sys', cgroup: '/none' };
      spec.mounts = spec.mounts!.filter(({ destination }) => !destination.startsWith(needs[left] ?? '/none'));
    });
    const index = TYPES.indexOf(left);
    expect([left, out[index]]).toEqual([left, own[index]!]);
    expect([left, out[TYPES.indexOf('mount')] === own[TYPES.indexOf('mount')]]).toEqual([left, false]);
  }
});

shows(['NSProcInPath', 'NSPathAbs', 'linux_ns_path'], 'one with a path is joined', async () => {
  const [child] = readFileSync(`/proc/${stranger.pid}/task/${stranger.pid}/children`, 'utf8').split(' ');
  for (const type of ['network', 'ipc', 'uts', 'cgroup', 'time'] as const) {
    const path = `/proc/${child}/ns/${FILES[type]}`;
    const out = await prints(READ, (spec) => {
      spec.linux!.namespaces = [...spec.linux!.namespaces!.filter((one) => one.type !== type), { type, path }];
      if (type === 'uts') delete spec.hostname;
    });
    expect([type, out[TYPES.indexOf(type)]]).toEqual([type, readlinkSync(path)]);
    expect([type, readlinkSync(path) === own[TYPES.indexOf(type)]]).toEqual([type, false]);
  }
  const joined = await prints('readlink /proc/self/ns/pid', (spec) => {
    spec.linux!.namespaces!.find(({ type }) => type === 'pid')!.path = `/proc/${child}/ns/pid`;
  });
  expect(joined).toEqual([readlinkSync(`/proc/${child}/ns/pid`)]);
});

shows(
  ['NSPathMatchTypeError', 'NSPathAbs', 'linux_ns_path_type'],
  'a path that is none, or of another type',
  async () => {
    const join = (type: NamespaceType, path: string) =>
      refusal((spec) => void (spec.linux!.namespaces!.find((one) => one.type === type)!.path = path));
    for (const type of ['network', 'ipc', 'pid', 'mount', 'cgroup'] as const) {
      const other = type === 'network' ? 'uts' : 'network';
      const said = await join(type, `/proc/${stranger.pid}/ns/${FILES[other]}`);
      expect([type, said]).toEqual([type, expect.stringContaining('it is no namespace of that type')]);
    }
    expect(await join('ipc', '/dev/null')).toMatch(/EINVAL|ENOTTY/);
    expect(await join('ipc', '/proc/self/ns/nosuch')).toContain('ENOENT');
    expect(await join('ipc', 'proc/self/ns/ipc')).toMatch(/"linux\.namespaces\[\d\]\.path"/);
  },
);

shows(['NSErrorOnDup'], 'a type that is listed twice', async () => {
  for (const type of ['pid', 'mount', 'network'] as const)
    expect(await refusal((spec) => void spec.linux!.namespaces!.push({ type }))).toContain('is listed twice');
});

shows(
  ['linux_uid_mappings', 'linux_gid_mappings', 'UserNSMapOwnershipRO'],
  'ids are mapped, and no file changes hands',
  async () => {
    const path = `${directory}/prints/rootfs`;
    const out = await prints('cat /proc/self/uid_map /proc/self/gid_map; stat -c %u:%g /bin/busybox', (spec) => {
      spec.linux!.namespaces!.push({ type: 'user' });
      spec.linux!.uidMappings = whole;
      spec.linux!.gidMappings = [
        { containerID: 0, hostID: 200_000, size: 10 },
        { containerID: 10, hostID: 300_000, size: 65_000 },
      ];
    });
    expect(out.map((line) => line.trim().split(/\s+/).join(' '))).toEqual([
      '0 100000 65536',
      '0 200000 10',
      '10 300000 65000',
      '65534:65534',
    ]);
    expect([statSync(`${path}/bin/busybox`).uid, statSync(path).uid]).toEqual([0, 0]);
  },
);

test('a root file system where only the mapped root gets through', async () => {
  // Until the ids are mapped, nobody inside has a right to pass: that is waited for, however quick the child is.
  for (let turn = 0; turn < 8; turn++) {
    const { code, out, err } = await once('behind', ['cat', '/proc/self/uid_map'], (spec) => {
      const place = `${directory}/behind/private`;
      if (!existsSync(place)) {
        mkdirSync(place);
        renameSync(`${directory}/behind/rootfs`, `${place}/rootfs`);
        chownSync(place, 100_000, 100_000);
        chmodSync(place, 0o700);
        Bun.spawnSync(['chown', '-R', '100000:100000', `${place}/rootfs`]);
      }
      spec.root!.path = 'private/rootfs';
      spec.linux!.namespaces!.push({ type: 'user' });
      spec.linux!.uidMappings = whole;
      spec.linux!.gidMappings = whole;
    });
    expect({ code, out: out.trim().split(/\s+/), err }).toEqual({ code: 0, out: ['0', '100000', '65536'], err: '' });
  }
});

shows(
  ['DefaultFilesystems', 'DefaultRuntimeLinuxSymlinks', 'DefaultDevices', 'default', 'linux_devices'],
  'what is there unasked',
  async () => {
    const script = [
      'for m in /proc /sys /dev/pts /dev/shm; do grep " / $m " /proc/self/mountinfo | sed "s/.* - //" | cut -d" " -f1; done',
      'for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done',
      'stat -c "%n %F %t:%T %a" /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty',
    ];
    const device = (name: string, number: string) => `/dev/${name} character special file ${number} 666`;
    const out = await prints(script.join('; '));
    expect(out).toEqual([
      ...['proc', 'sysfs', 'devpts', 'tmpfs'],
      ...['/proc/self/fd', '/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/2', 'pts/ptmx'],
      ...[device('null', '1:3'), device('zero', '1:5'), device('full', '1:7'), device('random', '1:8')],
      ...[device('urandom', '1:9'), device('tty', '5:0')],
    ]);
  },
);

shows(['DevicesAvailable', 'linux_devices', 'DevicesMajMinRequired'], 'devices that are listed', async () => {
  const out = await prints('stat -c "%n %F %t:%T %a %u %g" /dev/test1 /dev/test2 /dev/test3 /deep/er/test4', (spec) => {
    spec.linux!.devices = [
      { path: '/dev/test1', type: 'c', major: 10, minor: 229, fileMode: 0o640, uid: 1, gid: 2 },
      { path: '/dev/test2', type: 'b', major: 8, minor: 666, fileMode: 0o400, uid: 0, gid: 5 },
      { path: '/dev/test3', type: 'p', fileMode: 0o622 },
      { path: '/deep/er/test4', type: 'u', major: 1, minor: 5 },
    ];
  });
  expect(out).toEqual([
    '/dev/test1 character special file a:e5 640 1 2',
    '/dev/test2 block special file 8:29a 400 0 5',
    '/dev/test3 fifo 0:0 622 0 0',
    '/deep/er/test4 character special file 1:5 666 0 0',
  ]);
  for (const type of ['c', 'b'] as const)
    expect(await refusal(({ linux }) => void (linux!.devices = [{ path: '/dev/x', type }]))).toContain(
      '"linux.devices[0]',
    );
  expect(await refusal(({ linux }) => void (linux!.devices = [{ path: 'dev/x', type: 'p' }]))).toContain(
    '"linux.devices[0].path"',
  );
});

shows(['DevicesFileNotMatch'], 'what stands in the place of a device', async () => {
  const place = (spec: RuntimeSpec, minor: number) => {
    const dev = `${directory}/refused/rootfs/made`;
    if (!existsSync(dev)) {
      mkdirSync(dev);
      writeFileSync(`${dev}/file`, '');
      Bun.spawnSync(['mknod', `${dev}/node`, 'c', '1', '5']);
    }
    spec.linux!.devices = [{ path: minor === 0 ? '/made/file' : '/made/node', type: 'c', major: 1, minor: minor || 5 }];
  };
  expect(await refusal((spec) => place(spec, 0))).toContain('EEXIST');
  expect(await refusal((spec) => place(spec, 7))).toContain('EEXIST');
  // The same device is the one that was asked for.
  const path = bundle('refused', ['true'], (spec) => place(spec, 5));
  expect(await run('run', '--bundle', path, 'matches')).toMatchObject({ code: 0, err: '' });
});

shows(['MaskedPathsAbs', 'linux_masked_paths', 'default'], 'masked paths', async () => {
  const out = await prints('cat /dir/file 2>&1; ls -A /dir; cat /file; ls -A /empty; echo end', (spec) => {
    const rootfs = `${directory}/prints/rootfs`;
    for (const name of ['dir', 'empty']) mkdirSync(`${rootfs}/${name}`, { recursive: true });
    for (const name of ['dir/file', 'file']) writeFileSync(`${rootfs}/${name}`, 'secret\n');
    spec.linux!.maskedPaths = ['/dir', '/file', '/empty', '/nosuch', '/nosuch/below', '/file/below'];
  });
  expect(out).toEqual(["cat: can't open '/dir/file': No such file or directory", 'end']);
  expect(await refusal(({ linux }) => void (linux!.maskedPaths = ['relative']))).toContain('"linux.maskedPaths[0]"');
});

shows(['ReadonlyPathsAbs', 'linux_readonly_paths', 'default'], 'read-only paths', async () => {
  const out = await prints(
    'exec 2>&1; echo x >/dir/file; echo x >/file; touch /dir/new; cat /file; echo y >/dir/sub/new; echo end',
    (spec) => {
      const rootfs = `${directory}/prints/rootfs`;
      mkdirSync(`${rootfs}/dir/sub`, { recursive: true });
      for (const name of ['dir/file', 'file']) writeFileSync(`${rootfs}/${name}`, 'kept\n');
      spec.mounts!.push({ destination: '/dir/sub', type: 'tmpfs', source: 'tmpfs' });
      spec.linux!.readonlyPaths = ['/dir', '/file', '/nosuch'];
    },
  );
  const refused = (path: string) => `sh: can't create ${path}: Read-only file system`;
  expect(out).toEqual([
    refused('/dir/file'),
    refused('/file'),
    'touch: /dir/new: Read-only file system',
    'kept',
    refused('/dir/sub/new'),
    'end',
  ]);
  expect(await refusal(({ linux }) => void (linux!.readonlyPaths = ['./x']))).toContain('"linux.readonlyPaths[0]"');
});

shows(['linux_sysctl'], 'sysctls are set in the namespaces of the container', async () => {
  const before = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
  const out = await prints(
    'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni /proc/sys/fs/mqueue/queues_max',
    ({ linux }) => {
      linux!.sysctl = {
        'net.ipv4.ip_forward': before === '1\n' ? '0' : '1',
        'kernel.shmmni': '77',
        'fs.mqueue.queues_max': '33',
      };
    },
  );
  expect(out).toEqual([before === '1\n' ? '0' : '1', '77', '33']);
  expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(before);
  for (const name of ['vm.swappiness', 'kernel.core_pattern', '../x', ''])
    expect(await refusal(({ linux }) => void (linux!.sysctl = { [name]: '1' }))).toMatch(/"linux\.sysctl\b/);
});

shows(['linux_seccomp', 'SeccSyscallsNamesRequired'], 'a filter decides', async () => {
  const out = await prints('pwd; chmod 700 /tmp 2>&1; mkdir /tmp/x 2>&1; kill -0 $$ && echo end', ({ linux }) => {
    linux!.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        { names: ['chmod', 'fchmodat', 'fchmodat2'], action: 'SCMP_ACT_ERRNO' },
        { names: ['mkdir', 'mkdirat', 'nosuchcall'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 },
      ],
    };
  });
  expect(out).toEqual([
    '/',
    'chmod: /tmp: Operation not permitted',
    "mkdir: can't create directory '/tmp/x': No space left on device",
    'end',
  ]);
  for (const names of [[], undefined]) {
    const said = await refusal(({ linux }) => {
      linux!.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: names as string[], action: 'SCMP_ACT_ERRNO' }],
      };
    });
    expect(said).toContain('"linux.seccomp.syscalls[0].names"');
  }
});

for (const [propagation, seen] of Object.entries({
  shared: 'shared',
  slave: 'master',
  private: '',
  unbindable: 'unbindable',
  rshared: 'shared',
  rslave: 'master',
  rprivate: '',
}))
  shows(['linux_rootfs_propagation'], propagation, async () => {
    // Only what is shared has peers, and masters.
    const outer = ['unshare', '-m', '--propagation', 'shared'];
    const path = bundle(
      'propagated',
      ['grep', '-E', ' / (rw|ro)', '/proc/self/mountinfo'],
      ({ linux }) => void (linux!.rootfsPropagation = propagation),
    );
    const child = Bun.spawn([...outer, ...words, 'run', '--bundle', path, 'propagated'], {
      stdin: 'ignore',
      stdout: 'pipe',
    });
    const line = await child.stdout.text();
    expect(await child.exited).toBe(0);
    const tags = line
      .split(' - ')[0]!
      .split(' ')
      .slice(6)
      .map((tag) => tag.replace(/:.*/, ''));
    expect(tags.filter((tag) => tag !== '')).toEqual(seen === '' ? [] : [seen]);
  });

const hasSELinux = existsSync('/sys/fs/selinux/enforce');
const hasAppArmor =
  existsSync('/sys/module/apparmor/parameters/enabled') &&
  readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8') === 'Y\n';

shows(
  ['linux_mount_label'],
  'labels where the kernel has none',
  async () => {
    const said = await refusal(
      ({ linux }) => void (linux!.mountLabel = 'system_u:object_r:svirt_sandbox_file_t:s0:c715,c811'),
    );
    expect(said).toContain('EINVAL, tmpfs refuses the options "mode=755,size=65536k,context="system_u:');
  },
  hasSELinux ? 'a kernel without SELinux' : undefined,
);

shows(['linux_process_apparmor_profile'], 'a profile that is not loaded, or cannot be', async () => {
  expect(await refusal(({ process }) => void (process!.apparmorProfile = 'acme_secure_profile'))).toContain(
    'process.apparmorProfile',
  );
  if (!hasAppArmor) return;
  const out = await prints(
    'cat /proc/self/attr/current',
    ({ process }) => void (process!.apparmorProfile = 'unconfined'),
  );
  expect(out).toEqual(['unconfined']);
});

shows(['IntelRdtNoMountedResctrlError', 'NotManipResctrlWithoutIntelRdt'], 'resctrl that is not there', async () => {
  expect(existsSync('/sys/fs/resctrl/schemata')).toBe(false);
  expect(await refusal(({ linux }) => void (linux!.intelRdt = { l3CacheSchema: 'L3:0=f' }))).toContain(
    'linux.intelRdt',
  );
  expect(await prints('echo ran')).toEqual(['ran']);
});
