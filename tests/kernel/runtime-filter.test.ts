/** linux.seccomp of a config.json as the kernel carries it out: every action, every comparison, the flags. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { nativeAbi, syscallNumbers } from '../../abi/seccomp/syscall-abi.ts';
import type { RuntimeSpec, Seccomp } from '../../spec/runtime.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, run } = runtimeScope();
const scratch = mkdtempSync('/tmp/limpid-filter-');
const probe = `${scratch}/probe`;
const numbers = syscallNumbers(nativeAbi(process.arch === 'arm64' ? 'aarch64' : 'x86_64'));

beforeAll(() => {
  const source = new URL('seccomp-probe.c', import.meta.url).pathname;
  const compiler = Bun.spawnSync(['musl-gcc', '-static', '-O1', '-o', probe, source], { stderr: 'pipe' });
  expect(compiler.stderr.toString()).toBe('');
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A system call with arguments, as seccomp-probe takes it. */
const call = (name: string, ...args: (number | bigint)[]): string => ['native', numbers.get(name)!, ...args].join(':');

/** What came of each call under this filter, and how the process ended. */
async function asked(seccomp: Seccomp, ...calls: string[]): Promise<{ lines: string[]; code: number }> {
  const path = bundle('asked', ['/probe', ...calls], ({ linux }: RuntimeSpec) => void (linux!.seccomp = seccomp));
  copyFileSync(probe, `${directory}/asked/rootfs/probe`);
  const { code, out, err } = await run('run', '--bundle', path, 'asked');
  expect(err).toBe('');
  return { lines: out.trimEnd().split('\n'), code };
}

type Rule = NonNullable<Seccomp['syscalls']>[number];

const allowBut = (...syscalls: Rule[]): Seccomp => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
const getppid = (action: Rule['action'], errnoRet?: number): Rule => ({
  names: ['getppid'],
  action,
  ...(errnoRet === undefined ? {} : { errnoRet }),
});

describe('an action', () => {
  const SIGSYS = 128 + 31;
  const ANSWERS: Readonly<Record<string, readonly [rule: Rule, line: string]>> = {
    ALLOW: [getppid('SCMP_ACT_ALLOW'), 'ok'],
    LOG: [getppid('SCMP_ACT_LOG'), 'ok'],
    'ERRNO of a rule': [getppid('SCMP_ACT_ERRNO', 77), 'errno 77'],
    'ERRNO without a number': [getppid('SCMP_ACT_ERRNO'), 'errno 1'],
    // Nobody traces it: seccomp(2).
    TRACE: [getppid('SCMP_ACT_TRACE', 5), 'errno 38'],
  };
  test.each(Object.entries(ANSWERS))('%s', async (_name, [rule, line]) => {
    expect(await asked(allowBut(rule), call('getppid'), call('getpid'))).toEqual({ lines: [line, 'ok'], code: 0 });
  });

  for (const action of ['SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_TRAP'] as const)
    test(action, async () => {
      const { lines, code } = await asked(allowBut(getppid(action)), call('getpid'), call('getppid'));
      expect({ lines, code }).toEqual({ lines: ['ok'], code: SIGSYS });
    });

  test('by default, with its own errno', async () => {
    const needed = ['execve', 'write', 'writev', 'exit_group', 'exit', 'arch_prctl', 'set_tid_address', 'ioctl', 'brk'];
    const names = [...needed, 'mmap', 'munmap', 'getpid', 'rt_sigprocmask', 'fstat', 'prctl', 'close', 'futex'];
    const filter: Seccomp = {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 88,
      syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
    };
    expect(await asked(filter, call('getpid'), call('getppid'))).toEqual({ lines: ['ok', 'errno 88'], code: 0 });
  });
});

describe('a comparison', () => {
  const LARGE = 2 ** 32 + 5;
  const CASES: Readonly<Record<string, readonly [value: number, valueTwo: number, hits: number[], misses: number[]]>> =
    {
      NE: [7, 0, [6, 8, LARGE], [7]],
      LT: [7, 0, [0, 6], [7, 8, LARGE]],
      LE: [7, 0, [6, 7], [8, LARGE]],
      EQ: [LARGE, 0, [LARGE], [5, 2 ** 32]],
      GE: [7, 0, [7, 8, LARGE], [6]],
      GT: [7, 0, [8, LARGE], [6, 7]],
      // The mask comes first, and what is left must be the second.
      MASKED_EQ: [6, 4, [4, 5, 12], [2, 6, 7]],
    };
  test.each(Object.entries(CASES))('%s', async (op, [value, valueTwo, hits, misses]) => {
    const arg = { index: 1, value, valueTwo, op: `SCMP_CMP_${op}` as const };
    const filter = allowBut({
      names: ['getppid'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 90,
      args: [arg as NonNullable<Rule['args']>[number]],
    });
    const calls = [...hits, ...misses].map((argument) => call('getppid', 0, argument));
    expect((await asked(filter, ...calls)).lines).toEqual([...hits.map(() => 'errno 90'), ...misses.map(() => 'ok')]);
  });
});

describe('a flag', () => {
  for (const flag of ['TSYNC', 'LOG', 'SPEC_ALLOW'])
    test(flag, async () => {
      const flags = [`SECCOMP_FILTER_FLAG_${flag}`];
      const filter = { ...allowBut(getppid('SCMP_ACT_ERRNO', 66)), flags };
      expect((await asked(filter, call('getppid'))).lines).toEqual(['errno 66']);
    });
});
