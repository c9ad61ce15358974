import type { TestOutcome } from './junit.ts';

/** Where tests run: this machine by its cgroups, or one of the guests. */
export type TestWorld = 'host-v1' | 'host-v2' | 'guest-v1' | 'guest-v2' | 'guest-systemd';

/** A machine without the distribution's kernel has none of its modules. */
const BARE = 'a kernel without ipvlan, VLANs and SCTP';
const USER_NAMESPACES = 'user namespaces without root';
const NO_MODULES = ['ipvlan', 'VLANs', 'SCTP', 'modules that can go', BARE];

/**
 * What each world is known to lack. A test that cannot run there is skipped under a name that ends with
 * `(needs CAPABILITY)`; a skip for anything else is a hole in the net and fails.
 */
const LACKING: Readonly<Record<TestWorld, readonly string[]>> = {
  'host-v1': ['cgroup v2', 'hugetlb', 'swap', 'apparmor', 'criu', 'systemd', USER_NAMESPACES, ...NO_MODULES],
  'host-v2': ['cgroup v1', 'hugetlb', 'swap', 'apparmor', 'criu', 'systemd', USER_NAMESPACES, ...NO_MODULES],
  'guest-v1': ['cgroup v2', 'swap', 'speed', 'idmapped tmpfs', BARE],
  'guest-v2': ['cgroup v1', 'swap', 'speed', 'idmapped tmpfs', BARE],
  'guest-systemd': [],
};

const NEEDS = /\(needs ([^)]+)\)$/;

/**
 * One line for each test that was skipped and should not have been in this world; `lacking` names what this
 * distribution does not have.
 */
export function unexpectedSkips(
  world: TestWorld,
  outcomes: readonly TestOutcome[],
  lacking: readonly string[] = [],
): string[] {
  const absent = [...LACKING[world], ...lacking];
  return outcomes
    .filter(({ outcome }) => outcome === 'skipped')
    .flatMap(({ file, name }) => {
      const needs = NEEDS.exec(name)?.[1];
      if (needs === undefined) return `${file}: "${name}" is skipped without naming what it needs`;
      return absent.includes(needs) ? [] : `${file}: "${name}" is skipped, but ${world} should have ${needs}`;
    });
}
