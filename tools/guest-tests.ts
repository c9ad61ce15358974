/** Tests of one file that the guests repeat. */
export interface GuestTests {
  readonly file: string;
  /** Parts of the names of the tests that are meant, without what means more to a regular expression; else all of them. */
  readonly only?: readonly string[];
  /** Parts of the names of those that are left out: the host has shown as much. Not together with `only`. */
  readonly except?: readonly string[];
  /** What they take in a guest on a quiet machine, by which they are spread. */
  readonly seconds: number;
}

/**
 * What depends on the kernel's cgroups, and the most telling of what depends on the kernel. Everything takes ten times as
 * long there, a command a second, so whatever the host has shown as well is left out,
 * but for the statements of the runtime-spec.
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
  { file: 'tests/cli/update.test.ts', seconds: 40 },
  { file: 'tests/cli/overlay-mounts.test.ts', only: ['what is written is seen inside'], seconds: 10 },
  // Every statement of the specification is shown on v2: tests/kernel/conformance-statements.test.ts holds this list to it.
  {
    file: 'tests/kernel/conformance-runtime.test.ts',
    except: ['kill of what is created', 'delete of what is created'],
    seconds: 50,
  },
  {
    file: 'tests/kernel/conformance-linux.test.ts',
    except: ['where only the mapped root gets through', 'private', 'slave', 'unbindable'],
    seconds: 60,
  },
  { file: 'tests/kernel/conformance-config.test.ts', except: ['found by the PATH'], seconds: 80 },
  {
    file: 'tests/kernel/runtime-hooks.test.ts',
    except: ['one that hangs is killed', 'a startContainer hook that fails'],
    seconds: 50,
  },
  { file: 'tests/kernel/runtime-update.test.ts', except: ['what there is not'], seconds: 30 },
  {
    file: 'tests/kernel/runtime-lifecycle.test.ts',
    only: [
      'create makes all but the program, start runs it, delete leaves nothing',
      'kill --all, pause and resume, update',
      'a memory limit of 1 MB starts true',
      'what a container is set up with is not charged to it',
      'no cgroup stays, and one in which others live is refused',
    ],
    seconds: 20,
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
