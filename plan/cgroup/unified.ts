import type { Resources } from '../../spec/runtime.ts';
import { specError } from '../spec-error.ts';
import type { Limit } from './limit.ts';

const FILE_NAME = /^[a-z0-9_]+(\.[A-Za-z0-9_]+)+$/;
/** Of the core's files only those that limit: the others decide what the cgroup is, or who is in it. */
const CORE_LIMITS = new Set(['cgroup.max.depth', 'cgroup.max.descendants']);

/** Files of cgroup v2 that the spec names itself. Throws LimpidError `ESPEC` for a key that is no limit. */
export function unifiedLimits({ unified = {} }: Resources): Limit[] {
  return Object.entries(unified).map(([file, value]) => {
    const field = `unified.${file}`;
    const controller = file.split('.')[0]!;
    if (!FILE_NAME.test(file)) throw specError(`linux.resources.${field}`, 'is not the name of a cgroup file');
    if (controller !== 'cgroup') return { controller, file, value, field };
    if (!CORE_LIMITS.has(file)) throw specError(`linux.resources.${field}`, 'is not a limit');
    return { controller: '', file, value, field };
  });
}

/** rdma.max is the same on v1 and v2. */
export function rdmaLimits(rdma: NonNullable<Resources['rdma']>): Limit[] {
  return Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => {
    const words = [device];
    if (hcaHandles !== undefined) words.push(`hca_handle=${hcaHandles}`);
    if (hcaObjects !== undefined) words.push(`hca_object=${hcaObjects}`);
    return { controller: 'rdma', file: 'rdma.max', value: words.join(' '), field: 'rdma' };
  });
}
