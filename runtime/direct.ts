import { freezerFile } from '../kernel/freezer.ts';
import { writeFile } from '../kernel/files.ts';
import { OPS_DIGEST } from '../plan/ops-digest.gen.ts';
import { encodePlan } from '../plan/wire.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerRecord } from './container-record.ts';
import { planForgettingOf } from './forget.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { stateDocument } from './state.ts';

/** Stands for what is known only when somebody asks. */
const HOLE = '\u0001';

/**
 * Leaves beside the record what `start`, `delete`, `state` and `kill` come to, as far as nothing is left to decide: then
 * the launcher does it without us (native/direct_container.c reads these fields).
 */
export function writeDirect(
  world: RuntimeWorld,
  files: ContainerFiles,
  record: ContainerRecord,
  { hooks }: RuntimeSpec,
): void {
  const freezer = record.cgroupsPath === '' ? undefined : freezerFile(world.facts.cgroup, record.cgroupsPath);
  const plainStart = !hooks?.poststart?.length;
  // systemd has to be told of the end of its unit.
  const plainDelete = !hooks?.poststop?.length && record.unit === undefined;
  const document = stateDocument(record, HOLE, HOLE);
  const parts = `${JSON.stringify(document, null, 2)}\n`.split(JSON.stringify(HOLE));
  const [beforePid, between, behind] = parts;
  if (parts.length !== 3) return; // an annotation that happens to be the hole
  const status = '"';
  const fields = [
    `limpid-direct ${OPS_DIGEST}`,
    freezer?.path ?? '',
    freezer?.frozen ?? '',
    beforePid,
    `${between}${status}`,
    `${status}${behind}`,
    `${plainStart ? 's' : ''}${plainDelete ? 'd' : ''}`,
  ];
  if (plainDelete)
    writeFile(files.deletePlan, encodePlan(planForgettingOf(world, files, record)), { mode: 0o600, sync: false });
  writeFile(files.direct, `${fields.join('\0')}\0`, { mode: 0o600, sync: false });
}
