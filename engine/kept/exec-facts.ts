import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import { freezerFile } from '../../kernel/freezer.ts';
import { statPath } from '../../kernel/file-status.ts';
import { readXattr } from '../../kernel/files.ts';
import { foreignNamespaces } from '../../kernel/namespaces.ts';
import type { ProcessIdentity } from '../../kernel/process.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { fileFact, insideFact, processFact, type Fact } from './facts.ts';
import { hostFacts } from './host-facts.ts';

/** Where users are looked up; the directory too, as it may be another one altogether. */
const DIRECTORY = '/etc';
const USERS = ['/etc/passwd', '/etc/group'];

/**
 * What the plan of an exec that is kept depends on besides its words and the container's config: the host, the process that is
 * entered, its users. What is the container's own is blank in them.
 */
export function execFacts(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  lower: readonly string[],
): Fact[] {
  const freezer = freezerFile(world.facts.cgroup, cgroupPath(config));
  const facts = [
    apartFact(process.pid),
    fileFact(`/proc/${process.pid}/cgroup`),
    ...(freezer === undefined ? [] : [fileFact(freezer.path)]),
    ...upperFacts(paths.upper),
    // Last: what was read of a process before is that one's.
    processFact(process),
  ];
  return [...hostFacts(world), ...lowerFacts(lower), ...facts.map((fact) => withBlanks(fact, config.id, process))];
}

/** Whom the image knows as users. */
export function lowerFacts(lower: readonly string[]): Fact[] {
  return lower.flatMap((layer) => [DIRECTORY, ...USERS].map((path) => insideFact(layer, path)));
}

/** Whom the container has made of them. */
export function upperFacts(upper: string): Fact[] {
  return [throughFact(upper), ...USERS.map((path) => insideFact(upper, path))];
}

/** Which of its namespaces are not the caller's. */
function apartFact(pid: number): Fact {
  const files = new Set(foreignNamespaces(pid).map((type) => NAMESPACE_FILE[type]));
  const names = Object.values(NAMESPACE_FILE).filter((file) => files.has(file));
  return ['apart', String(pid), names.map((name) => `${name} `).join('')];
}

/** That the users of the layers below show; else which directory hides them. */
function throughFact(upper: string): Fact {
  const path = `${upper}${DIRECTORY}`;
  const status = statPath(path, { followLinks: false });
  const isOpaque = readXattr(path, 'trusted.overlay.opaque') !== undefined;
  const shows = status === undefined || (status.kind === 'directory' && !isOpaque);
  return shows ? ['through', path, ''] : insideFact(upper, DIRECTORY);
}

/** As native/again_facts.c puts another container's in: its id, its pid, when that process started. */
function withBlanks([kind, subject, found]: Fact, id: string, { pid, startTime }: ProcessIdentity): Fact {
  if (kind === 'process' || kind === 'apart') return [kind, '\x01p', found === startTime ? '\x01t' : found];
  const blank = (text: string) => text.replaceAll(`/proc/${pid}/`, '/proc/\x01p/').replaceAll(id, '\x01i');
  return [kind, blank(subject), blank(found)];
}
