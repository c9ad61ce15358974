import { describe, expect, test } from 'bun:test';
import { LimpidError } from '../base/error.ts';
import type { Process } from '../spec/runtime.ts';
import type { Op } from './ops.ts';
import { becomeProcess, execCandidates, seccompFilter } from './process.ts';
import { becauseOf } from './request.ts';

const FILTER = { program: Uint8Array.of(1), flags: 0 };
const plain: Process = { cwd: '/', args: ['/bin/true'] };
const steps = (process: Partial<Process>, filter = FILTER): Op[] =>
  becomeProcess({ ...plain, ...process }, filter, becauseOf({}), '_ses.x');
const names = (process: Partial<Process>): string =>
  steps(process)
    .map(({ op }) => op)
    .join(' ');
const failure = (action: () => unknown): string => {
  try {
    return `no error, but ${JSON.stringify(action())}`;
  } catch (error) {
    return error instanceof LimpidError ? `${error.code}: ${error.message}` : String(error);
  }
};

describe('the seccomp filter', () => {
  test('is the last step before exec with no_new_privs', () => {
    expect(names({ noNewPrivileges: true })).toBe(
      'keyctl_join reopen_null umask chdir setgroups setresgid bounding setresuid capset prctl seccomp exec',
    );
  });

  test('is the last step before exec where CAP_SYS_ADMIN is kept', () => {
    const capabilities = { effective: ['CAP_SYS_ADMIN'], permitted: ['CAP_SYS_ADMIN'], bounding: ['CAP_SYS_ADMIN'] };
    expect(names({ capabilities })).toBe(
      'keyctl_join reopen_null umask chdir setgroups setresgid bounding setresuid capset seccomp exec',
    );
  });

  test('is loaded before CAP_SYS_ADMIN goes where there is no other way', () => {
    expect(names({ user: { uid: 1, gid: 1 } })).toBe(
      'keyctl_join reopen_null umask chdir seccomp setgroups setresgid bounding prctl setresuid capset exec',
    );
  });

  test('comes after what has to be done before it, and that before the command, early or late', () => {
    const [before, last] = steps({}, undefined).filter(({ op }) => op === 'umask' || op === 'chdir');
    const order = (process: Partial<Process>): string[] => {
      const more = { beforeFilter: [before!], beforeExec: [last!] };
      const plan = becomeProcess({ ...plain, ...process }, FILTER, becauseOf({}), undefined, more);
      return plan.slice(3).flatMap(({ op }) => (['umask', 'chdir', 'seccomp', 'exec'].includes(op) ? [op] : []));
    };
    expect(order({ user: { uid: 1, gid: 1 } })).toEqual(['umask', 'seccomp', 'chdir', 'exec']);
    expect(order({ noNewPrivileges: true })).toEqual(['umask', 'seccomp', 'chdir', 'exec']);
  });

  test('has its flags, and must be compiled', () => {
    const program = Uint8Array.of(1);
    const profile = (flags: string[]) => ({ defaultAction: 'SCMP_ACT_ALLOW', flags }) as const;
    expect(seccompFilter(undefined, program)).toBeUndefined();
    expect(seccompFilter(profile(['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW']), program)).toEqual({
      program,
      flags: 6,
    });
    expect(failure(() => seccompFilter(profile(['X']), program))).toBe(
      'ESPEC: cannot plan "linux.seccomp.flags": "X" is no flag that is known here',
    );
    expect(failure(() => seccompFilter(profile([]), undefined))).toBe(
      'ESPEC: cannot plan "linux.seccomp": its program was not compiled',
    );
  });
});

describe('execCandidates', () => {
  const candidates = (command: string, env?: string[]) =>
    execCandidates({ cwd: '/', args: [command], ...(env ? { env } : {}) });

  test.each([
    ['/bin/sh', ['PATH=/a'], ['/bin/sh']],
    ['./run', ['PATH=/a'], ['./run']],
    ['sh', ['PATH=/a:/b/:/a', 'PATH=/c'], ['/a/sh', '/b/sh']],
    ['sh', ['PATH=:/a'], ['./sh', '/a/sh']],
    ['sh', ['PATH=/'], ['/sh']],
    ['', [], ['']],
  ])('of %p with %p are %p', (command, env, expected) => expect(candidates(command, env)).toEqual(expected));

  test('without PATH are those of the usual directories', () => {
    expect(candidates('sh')).toEqual(
      ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].map(
        (directory) => `${directory}/sh`,
      ),
    );
  });
});

describe('limits', () => {
  const limits = (rlimits: Process['rlimits']) =>
    steps({ rlimits: rlimits! }).flatMap((op) =>
      op.op === 'setrlimit' ? [`${op.resource} ${op.soft} ${op.hard}`] : [],
    );

  test('beyond what JSON numbers hold, and -1, are unlimited', () => {
    expect(
      limits([
        { type: 'RLIMIT_NOFILE', soft: 5, hard: 2 ** 64 },
        { type: 'RLIMIT_CORE', soft: 0, hard: -1 },
      ]),
    ).toEqual(['7 5 18446744073709551615', '4 0 18446744073709551615']);
  });

  test('are known, and said once', () => {
    expect(failure(() => limits([{ type: 'nofile', soft: 1, hard: 1 }]))).toBe(
      'ESPEC: cannot plan "process.rlimits": "nofile" is no resource limit',
    );
    const twice = { type: 'RLIMIT_CORE', soft: 1, hard: 1 };
    expect(failure(() => limits([twice, twice]))).toBe(
      'ESPEC: cannot plan "process.rlimits": "RLIMIT_CORE" is listed twice',
    );
  });
});

test('a process needs a command and an absolute directory', () => {
  expect(failure(() => steps({ args: [] }))).toBe('ESPEC: cannot plan "process.args": there is no command to run');
  expect(failure(() => steps({ cwd: 'home' }))).toBe('ESPEC: cannot plan "process.cwd": "home" is no absolute path');
});

test('no capabilities in the spec means none', () => {
  const capset = steps({}).find((op) => op.op === 'capset');
  expect(capset).toMatchObject({ effective: 0n, permitted: 0n, inheritable: 0n });
});
