/** Tests of one file that the guests repeat. */
export interface GuestTests {
  readonly file: string;
  /** Parts of the names of the tests that are meant, without what means more to a regular expression; else all of them. */
  readonly only?: readonly string[];
  /** What they take in a guest on a quiet machine, by which they are spread. */
  readonly seconds: number;
}

/**
 * What depends on the kernel's cgroups, and the most telling of what depends on the kernel. Everything takes ten times as
 * long there, a command a second, so whatever the host has shown as well is left out.
 */
export const GUEST_TESTS: readonly GuestTests[] = [
  { file: 'tests/kernel/cgroup-limits.test.ts', seconds: 68 },
  { file: 'tests/kernel/conformance-cgroups.test.ts', seconds: 86 },
  { file: 'tests/kernel/device-filter.test.ts', seconds: 6 },
  { file: 'tests/kernel/executor.test.ts', seconds: 8 },
  { file: 'tests/kernel/executor-operations.test.ts', seconds: 54 },
  {
    file: 'tests/kernel/user-namespace.test.ts',
    only: ['a user namespace is joined by its path', 'a layer whose file system cannot map ids is named'],
    seconds: 25,
  },
  { file: 'tests/cli/limits.test.ts', seconds: 125 },
  {
    file: 'tests/kernel/conformance-runtime.test.ts',
    only: [
      'create applies everything but the program, start runs that',
      'the state of a container that is created, runs, is paused and has stopped',
      'what cannot be applied is an error, and nothing is left',
      'delete takes away what create made, and nothing else',
    ],
    seconds: 45,
  },
  {
    file: 'tests/kernel/conformance-linux.test.ts',
    only: [
      'a namespace without a path is new',
      'ids are mapped, and no file changes hands',
      'what is there unasked',
      'devices that are listed',
      'masked paths',
      'sysctls are set in the namespaces of the container',
      'a filter decides',
    ],
    seconds: 40,
  },
  {
    file: 'tests/kernel/conformance-config.test.ts',
    only: [
      'mounts are made in their order, each with its options',
      'arguments, environment, directory and user',
      'the five sets are as they are listed',
      'oomScoreAdj is set, or the caller’s',
    ],
    seconds: 30,
  },
  {
    file: 'tests/kernel/runtime-lifecycle.test.ts',
    only: [
      'create makes all but the program, start runs it, delete leaves nothing',
      'kill --all, pause and resume, update',
      'a memory limit of 1 MB starts true',
      'what a container is set up with is not charged to it',
      'no cgroup stays, and one in which others live is refused',
    ],
    seconds: 50,
  },
  {
    file: 'tests/cli/network-drivers.test.ts',
    only: [
      'without nf_tables',
      'beside the host',
      'routed by the parent',
      'on a VLAN of the parent',
      'tagged towards',
      'is reached from everywhere',
    ],
    seconds: 100,
  },
  {
    // On a kernel that CRIU knows.
    file: 'tests/kernel/runtime-checkpoint.test.ts',
    only: ['a container goes to disk and comes back where it was'],
    seconds: 30,
  },
  {
    file: 'tests/cli/rights.test.ts',
    only: ['another one, made by hand, opens with EPERM', '--device-cgroup-rule allows it', '--device puts one there'],
    seconds: 30,
  },
];

/** What needs systemd as process 1. */
export const SYSTEMD_TESTS: readonly GuestTests[] = [{ file: 'tests/kernel/runtime-systemd.test.ts', seconds: 30 }];
