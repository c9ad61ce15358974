import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { compileDeviceFilter, type DeviceRule } from '../../abi/device-filter/compile.ts';
import { host, run, Scratch, started, supervised } from './native-harness.ts';

const O_DIRECTORY_RDONLY = 0o200000;
// cgroup2 is mounted on v2 and on hybrid hosts; filters for devices need no controller there.
const CGROUP2 = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];

let scratch: Scratch;
let cgroup: string;
beforeEach(() => {
  scratch = new Scratch();
  cgroup = `${CGROUP2}/limpid-device-filter-${process.pid}`;
  if (CGROUP2 !== undefined) mkdirSync(cgroup);
});
afterEach(() => {
  scratch.drop();
  if (CGROUP2 !== undefined) rmdirSync(cgroup);
});

/** What `sh` prints that runs under a filter for these rules. */
async function underFilter(rules: readonly DeviceRule[], script: string): Promise<string[]> {
  const plan = supervised(scratch, script).flatMap((op) =>
    op.op === 'clone'
      ? [
          host({ op: 'open', slot: 3, at: -1, path: cgroup, flags: O_DIRECTORY_RDONLY, mode: 0 }),
          host({ op: 'device_filter', cgroup: 3, program: compileDeviceFilter(rules) }),
          { ...op, cgroup: 3 },
        ]
      : [op],
  );
  const { control, monitor } = run(plan);
  started(control);
  const { stdout, stderr } = control.rest();
  control.close();
  await monitor.exited;
  expect(stderr.toString()).toBe('');
  return stdout.toString().trimEnd().split('\n');
}

test.if(CGROUP2 !== undefined)('the kernel lets through what the rules allow (needs cgroup v2)', async () => {
  const rules: DeviceRule[] = [
    { allow: false },
    { allow: true, type: 'c', major: 1, minor: 3 },
    { allow: true, type: 'c', major: 1, minor: 5, access: 'r' },
    { allow: true, type: 'c', major: 1, minor: 7 },
    { allow: false, type: 'c', major: 1, minor: 7, access: 'w' },
    { allow: true, type: 'b', access: 'm' },
  ];
  const node = (name: string, type: string, numbers: string): string =>
    `mknod ${scratch.file(name)} ${type} ${numbers} 2>/dev/null && echo made || echo refused`;
  const attempts = [
    '(: </dev/null) 2>/dev/null && echo read || echo refused',
    '(: >/dev/null) 2>/dev/null && echo written || echo refused',
    '(: <>/dev/null) 2>/dev/null && echo both || echo refused',
    '(: </dev/zero) 2>/dev/null && echo read || echo refused',
    '(: >/dev/zero) 2>/dev/null && echo written || echo refused',
    '(: <>/dev/zero) 2>/dev/null && echo both || echo refused',
    '(: </dev/full) 2>/dev/null && echo read || echo refused',
    '(: <>/dev/full) 2>/dev/null && echo both || echo refused',
    '(: </dev/random) 2>/dev/null && echo read || echo refused',
    node('block', 'b', '8 0'),
    node('char', 'c', '1 8'),
    node('null', 'c', '1 3'),
  ];
  expect(await underFilter(rules, attempts.join('; '))).toEqual([
    ...['read', 'written', 'both', 'read', 'refused', 'refused', 'read', 'refused', 'refused'],
    ...['made', 'refused', 'made'],
  ]);
});

test.if(CGROUP2 !== undefined)('the last rule wins in the kernel too (needs cgroup v2)', async () => {
  const everything: DeviceRule = { allow: true, type: 'a' };
  const attempt = '(: </dev/zero) 2>/dev/null && echo read || echo refused';
  expect(await underFilter([{ allow: false }, everything], attempt)).toEqual(['read']);
  expect(
    await underFilter([everything, { allow: false, type: 'c', major: 1, minor: 5, access: 'r' }], attempt),
  ).toEqual(['refused']);
});
