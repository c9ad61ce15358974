import {
  absolutePath,
  accepted,
  flag,
  integer,
  list,
  matching,
  object,
  oneOf,
  specFault,
  spelled,
  text,
  type Decoder,
} from '../decode.ts';
import type { CapabilitySets, Process } from '../runtime.ts';
import { id, u16, u64 } from './numbers.ts';

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const capabilities = list(spelled('CAP_', `${CAPITALS}_`, 'the name of a capability'));
const rlimitType = spelled('RLIMIT_', CAPITALS, 'the name of a resource limit');
const cpuList = matching(/^[\d, -]*$/, 'a list of CPUs such as 0-3,7');
const variable = accepted((string) => string.includes('='), 'NAME=value');

const shape = object(
  {
    terminal: flag,
    consoleSize: object({ height: u16, width: u16 }, ['height', 'width']),
    cwd: absolutePath,
    env: list(variable),
    args: list(text),
    user: object({ uid: id, gid: id, umask: integer(0, 0o777), additionalGids: list(id), username: text }, [
      'uid',
      'gid',
    ]),
    capabilities: object({
      bounding: capabilities,
      effective: capabilities,
      inheritable: capabilities,
      permitted: capabilities,
      ambient: capabilities,
    }),
    noNewPrivileges: flag,
    rlimits: list(object({ type: rlimitType, soft: u64, hard: u64 }, ['type', 'soft', 'hard'])),
    oomScoreAdj: integer(-1000, 1000),
    apparmorProfile: text,
    selinuxLabel: text,
    scheduler: object(
      {
        policy: matching(/^SCHED_[A-Z]+$/, 'a scheduling policy'),
        nice: integer(-20, 19),
        priority: integer(0, 99),
        flags: list(text),
        runtime: u64,
        deadline: u64,
        period: u64,
      },
      ['policy'],
    ),
    ioPriority: object(
      { class: oneOf('IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'), priority: integer(0, 7) },
      ['class', 'priority'],
    ),
    execCPUAffinity: object({ initial: cpuList, final: cpuList }),
  },
  ['cwd'],
);

/** runtime-spec, config.md, Process. */
export const process: Decoder<Process> = (value, path) => {
  const decoded = shape(value, path);
  if (decoded.args?.length === 0) throw specFault(`${path}.args`, 'there is no command in it');
  checkRlimits(decoded.rlimits ?? [], `${path}.rlimits`);
  if (decoded.capabilities === undefined) return decoded;
  return { ...decoded, capabilities: possibleCapabilities(decoded.capabilities, `${path}.capabilities`) };
};

/** "If rlimits contains duplicated entries with same type, the runtime MUST generate an error." */
function checkRlimits(rlimits: NonNullable<Process['rlimits']>, path: string): void {
  const seen = new Set<string>();
  for (let index = 0; index < rlimits.length; index++) {
    const { type, soft, hard } = rlimits[index]!;
    if (seen.has(type)) throw specFault(`${path}[${index}].type`, `"${type}" is listed twice`);
    if (soft > hard) throw specFault(`${path}[${index}].soft`, `${soft} is above the hard limit ${hard}`);
    seen.add(type);
  }
}

/**
 * capabilities(7): the kernel takes no effective capability that is not permitted, and no ambient one that is not
 * inheritable too. The latter is left out, not refused: `runc spec` itself writes such bundles, and runc starts them.
 */
function possibleCapabilities(sets: CapabilitySets, path: string): CapabilitySets {
  const { effective = [], permitted = [], inheritable = [], ambient } = sets;
  const missing = effective.find((name) => !permitted.includes(name));
  if (missing !== undefined) throw specFault(`${path}.effective`, `"${missing}" is not in the permitted set`);
  if (ambient === undefined) return sets;
  return { ...sets, ambient: ambient.filter((name) => permitted.includes(name) && inheritable.includes(name)) };
}
