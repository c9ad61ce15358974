import { parseRlimitName, RLIM_INFINITY, RLIMITS, type RlimitName } from '../../abi/flags/rlimit.ts';
import { capabilityMask } from '../../abi/capability.ts';
import { LimpidError } from '../../base/error.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { Process } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { Reasons } from './reasons.ts';

type Rlimit = NonNullable<Process['rlimits']>[number];
type Limits = Pick<HostFacts, 'rlimits' | 'capabilities'>;

const DEFAULT_NAMES: readonly RlimitName[] = ['RLIMIT_NOFILE', 'RLIMIT_NPROC'];
const DEFAULT_LIMIT = 1048576n;
const CAP_SYS_RESOURCE = capabilityMask(['CAP_SYS_RESOURCE']);

/**
 * The resource limits: those asked for, and unless `host` is among them, open files and processes as podman sets
 * them, but never above what the caller may. -1 and what a double cannot hold mean unlimited. Throws `EOPTION` for
 * an unknown name or a soft limit above the hard one, `ERLIMIT` where the request needs CAP_SYS_RESOURCE.
 */
export function planRlimits(ulimits: ContainerConfig['ulimits'], facts: Limits, reasons: Reasons): Rlimit[] {
  const limits: Record<string, Rlimit> = {};
  const keepsHost = ulimits.some(({ type }) => type === 'host');
  if (!keepsHost) for (const limit of defaultLimits(facts)) limits[limit.type] = limit;
  for (const type of Object.keys(limits))
    reasons.note(`process.rlimits[${type}]`, "default: podman's, within the caller's");
  for (const wanted of ulimits) {
    if (wanted.type === 'host') continue;
    const limit = explicitLimit(wanted, facts);
    limits[limit.type] = limit;
    reasons.note(`process.rlimits[${limit.type}]`, `--ulimit ${wanted.type}=${wanted.soft}:${wanted.hard}`);
  }
  return Object.values(limits);
}

function defaultLimits(facts: Limits): Rlimit[] {
  const limits: Rlimit[] = [];
  for (const type of DEFAULT_NAMES) {
    const held = facts.rlimits[RLIMITS[type]];
    if (held === undefined) continue;
    const value = Number(held.hard < DEFAULT_LIMIT ? held.hard : DEFAULT_LIMIT);
    limits.push({ type, hard: value, soft: value });
  }
  return limits;
}

function explicitLimit({ type: name, soft, hard }: ContainerConfig['ulimits'][number], facts: Limits): Rlimit {
  const type = parseRlimitName(name);
  const subject = `ulimit "${name}=${soft}:${hard}"`;
  if (type === undefined) throw refuse('EOPTION', subject, 'there is no such limit', 'the names are in setrlimit(2)');
  const [softLimit, hardLimit] = [limitValue(soft), limitValue(hard)];
  if (softLimit === undefined || hardLimit === undefined) throw refuse('EOPTION', subject, 'a limit is a whole number');
  if (softLimit > hardLimit) throw refuse('EOPTION', subject, 'the soft limit is above the hard one');
  const held = facts.rlimits[RLIMITS[type]]?.hard ?? RLIM_INFINITY;
  if (hardLimit > held && (facts.capabilities & CAP_SYS_RESOURCE) === 0n) {
    const why = `limpid's own hard limit is ${held}, and without CAP_SYS_RESOURCE nobody can raise theirs`;
    throw refuse('ERLIMIT', subject, why, `ask for at most ${held}`);
  }
  return { type, hard: Number(hardLimit), soft: Number(softLimit) };
}

function limitValue(value: number): bigint | undefined {
  if (value === -1 || value >= Number(RLIM_INFINITY)) return RLIM_INFINITY;
  return Number.isInteger(value) && value >= 0 ? BigInt(value) : undefined;
}

function refuse(code: string, subject: string, why: string, hint?: string): LimpidError {
  return new LimpidError({ code, doing: 'set', subject, why, ...(hint === undefined ? {} : { hint }) });
}
