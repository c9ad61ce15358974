import { O_WRONLY } from '../abi/flags/open.ts';
import type { IntelRdt } from '../spec/runtime.ts';
import type { Op } from './ops.ts';
import { NONE } from './slots.ts';

/** Where a container is to be put in resctrl(5): looked at before planning. */
export interface ResctrlPlace {
  /** The group's directory; it is made unless it exists. */
  readonly group: string;
  readonly exists: boolean;
  /** What is written into `schemata` of a group that is made. */
  readonly schemata: readonly string[];
  /** Directories that go with the container. */
  readonly own: readonly string[];
}

/** The lines of `schemata` that a spec asks for. */
export function schemataOf({ schemata = [], l3CacheSchema, memBwSchema }: IntelRdt): readonly string[] {
  return [...schemata, ...(l3CacheSchema ?? '').split('\n'), ...(memBwSchema ?? '').split('\n')].filter(Boolean);
}

/** Host stage: what a group is to have of caches and bandwidth; lines of others stay as they are. */
export function writeSchemata(group: string, schemata: readonly string[], because: string): Op[] {
  return schemata.map((line): Op => {
    const data = new TextEncoder().encode(`${line}\n`);
    return { op: 'write', stage: 'host', because, path: `${group}/schemata`, flags: O_WRONLY, data, at: NONE };
  });
}

/** Host stage, behind the clone: runtime-spec, config-linux.md, IntelRdt. The kernel moves the child's later threads along. */
export function joinResctrl({ group, exists, schemata, own }: ResctrlPlace): Op[] {
  const base = { stage: 'host', because: 'linux.intelRdt', at: NONE } as const;
  const make = (path: string): Op => ({ op: 'mkdir', ...base, path, mode: 0o755, existOk: false });
  const enter = (path: string): Op => ({ op: 'write_pid', ...base, path: `${path}/tasks`, flags: O_WRONLY });
  const monitors = own.filter((path) => path !== group);
  return [
    ...(exists ? [] : [make(group)]),
    ...(exists ? [] : writeSchemata(group, schemata, 'linux.intelRdt')),
    enter(group),
    ...monitors.flatMap((path) => [make(path), enter(path)]),
  ];
}
