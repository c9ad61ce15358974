import { expect, test } from 'bun:test';
import { Reasons } from './reasons.ts';
import { planRlimits } from './rlimits.ts';
import { failure } from './sample.fixture.ts';

const UNLIMITED = 2n ** 64n - 1n;
const FACTS = {
  capabilities: 0n,
  rlimits: { 6: { soft: 1n, hard: UNLIMITED }, 7: { soft: 1024n, hard: 20000n }, 4: { soft: 0n, hard: UNLIMITED } },
};
const plan = (ulimits: { type: string; soft: number; hard: number }[], facts = FACTS) =>
  planRlimits(ulimits, facts, new Reasons({}));
const NPROC = { type: 'RLIMIT_NPROC', hard: 1048576, soft: 1048576 };

test('defaults stay within what the caller may', () => {
  expect(plan([])).toEqual([{ type: 'RLIMIT_NOFILE', hard: 20000, soft: 20000 }, NPROC]);
});

test('asked for', () => {
  expect(
    plan([
      { type: 'nofile', soft: 10, hard: 20 },
      { type: 'RLIMIT_CORE', soft: 0, hard: -1 },
    ]),
  ).toEqual([
    { type: 'RLIMIT_NOFILE', hard: 20, soft: 10 },
    NPROC,
    { type: 'RLIMIT_CORE', hard: 18446744073709552000, soft: 0 },
  ]);
});

test('host keeps the caller’s', () => {
  expect(plan([{ type: 'host', soft: 0, hard: 0 }])).toEqual([]);
  expect(
    plan([
      { type: 'host', soft: 0, hard: 0 },
      { type: 'core', soft: 0, hard: 0 },
    ]),
  ).toEqual([{ type: 'RLIMIT_CORE', hard: 0, soft: 0 }]);
});

test('above the hard limit only with CAP_SYS_RESOURCE', () => {
  const wanted = [{ type: 'nofile', soft: 1, hard: 20001 }];
  expect(failure(() => plan(wanted))).toBe(
    'ERLIMIT: cannot set ulimit "nofile=1:20001": limpid\'s own hard limit is 20000, and without CAP_SYS_RESOURCE ' +
      'nobody can raise theirs (hint: ask for at most 20000)',
  );
  expect(failure(() => plan([{ type: 'nofile', soft: -1, hard: -1 }]))).toStartWith('ERLIMIT');
  expect(plan(wanted, { ...FACTS, capabilities: 1n << 24n })[0]).toEqual({
    type: 'RLIMIT_NOFILE',
    hard: 20001,
    soft: 1,
  });
});

test('no limits', () => {
  expect(failure(() => plan([{ type: 'files', soft: 1, hard: 1 }]))).toStartWith(
    'EOPTION: cannot set ulimit "files=1:1": there is no such limit',
  );
  expect(failure(() => plan([{ type: 'core', soft: 2, hard: 1 }]))).toBe(
    'EOPTION: cannot set ulimit "core=2:1": the soft limit is above the hard one',
  );
  expect(failure(() => plan([{ type: 'core', soft: -2, hard: 1 }]))).toBe(
    'EOPTION: cannot set ulimit "core=-2:1": a limit is a whole number',
  );
  expect(failure(() => plan([{ type: 'core', soft: 0.5, hard: 1 }]))).toStartWith('EOPTION');
});
