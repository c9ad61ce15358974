import { statPath } from '../kernel/file-status.ts';
import { readKernelFile } from '../kernel/files.ts';
import type { ResctrlOps } from '../plan/context.ts';
import { joinResctrl, schemataOf, writeSchemata } from '../plan/intel-rdt.ts';
import type { Op } from '../plan/ops.ts';
import type { IntelRdt, RuntimeSpec } from '../spec/runtime.ts';
import { runtimeError } from './runtime-error.ts';

const ROOT = '/sys/fs/resctrl';

function groupOf({ closID }: IntelRdt, id: string): string {
  return closID === '/' ? ROOT : `${ROOT}/${closID ?? id}`;
}

/** What `update` asks of caches and bandwidth. Throws ERESCTRL for a container that was put into no group. */
export function planSchemata({ linux }: RuntimeSpec, id: string, changes: IntelRdt): Op[] {
  if (linux?.intelRdt === undefined)
    throw runtimeError('ERESCTRL', 'update', `container "${id}"`, 'it was made without "linux.intelRdt"');
  return writeSchemata(groupOf(linux.intelRdt, id), schemataOf(changes), 'update');
}

/** Looks at where `linux.intelRdt` leads. Throws ERESCTRL where this host has no resctrl, or not what the spec says of it. */
export function findResctrl({ linux }: RuntimeSpec, id: string): ResctrlOps | undefined {
  const asked = linux?.intelRdt;
  if (asked === undefined) return undefined;
  if (statPath(`${ROOT}/schemata`) === undefined) {
    const why = `no resctrl is mounted at "${ROOT}": the kernel or the CPU does not have it, or nobody mounted it`;
    throw runtimeError('ERESCTRL', 'use', '"linux.intelRdt" of the runtime spec', why);
  }
  const { enableMonitoring = false } = asked;
  const group = groupOf(asked, id);
  const exists = statPath(group) !== undefined;
  const schemata = schemataOf(asked);
  if (asked.closID !== undefined) checkGroup(group, exists, schemata);
  else if (exists) throw mismatch(group, 'it exists, and belongs to somebody else');
  const monitors = enableMonitoring ? [`${group}/mon_groups/${id}`] : [];
  // The inner ones are removed first.
  const own = [...monitors, ...(exists ? [] : [group])];
  return { join: joinResctrl({ group, exists, schemata, own }), own };
}

/** One that was made by others must be there where nothing says how to make it, and must be as it is asked for. */
function checkGroup(group: string, exists: boolean, schemata: readonly string[]): void {
  if (!exists && schemata.length === 0) throw mismatch(group, 'it does not exist, and nothing says what it is to be');
  if (!exists) return;
  const present = (readKernelFile(`${group}/schemata`) ?? '').split('\n').map((line) => line.replaceAll(/\s/g, ''));
  const missing = schemata.find((line) => !present.includes(line.replaceAll(/\s/g, '')));
  if (missing !== undefined) throw mismatch(group, `its schemata do not hold ${JSON.stringify(missing)}`);
}

function mismatch(group: string, why: string): Error {
  return runtimeError('ERESCTRL', 'use', `resctrl group "${group}"`, why);
}
