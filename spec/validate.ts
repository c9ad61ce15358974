import { accepted, flag, isMadeOf, list, object, record, specFault, text } from './decode.ts';
import { parseExactly } from './exact-json.ts';
import type { Process, Resources, RuntimeSpec } from './runtime.ts';
import { linux } from './validate/linux.ts';
import { hooks, mount } from './validate/mounts.ts';
import { process } from './validate/process.ts';
import { resources } from './validate/resources.ts';

const DIGITS = '0123456789';

/** semver.org: `1.2.0`, and what may follow behind a `-` or `+`. */
function isVersion1(version: string): boolean {
  const [release = ''] = version.split('+', 1);
  const [core = ''] = release.split('-', 1);
  const [major, minor = '', patch = '', ...more] = core.split('.');
  const hasNumbers = minor !== '' && patch !== '' && isMadeOf(minor + patch, DIGITS);
  return major === '1' && hasNumbers && more.length === 0;
}

const document = object(
  {
    ociVersion: accepted(isVersion1, 'a version 1 of the runtime spec'),
    process,
    root: object({ path: accepted((path) => path !== '', 'the path of a directory'), readonly: flag }, ['path']),
    hostname: text,
    domainname: text,
    mounts: list(mount),
    hooks,
    annotations: record(text, (key) => (key === '' ? 'a key is not empty' : undefined)),
    linux,
  },
  ['ociVersion'],
);

/**
 * Checks a runtime spec that comes from elsewhere (runtime-spec 1.3, config.md) and returns it without what is unknown
 * or null. Whatever is in it has its type, its range and no NUL; what it means together is the plan's to judge.
 * Throws LimpidError `ESPEC` naming the field.
 */
export function validateSpec(value: unknown): RuntimeSpec {
  const spec = document(value, '');
  const hasOwnName = spec.linux?.namespaces?.some(({ type }) => type === 'uts') ?? false;
  for (const field of ['hostname', 'domainname'] as const) {
    if (!spec[field]) continue;
    if (!hasOwnName) throw specFault(field, 'there is no uts namespace among the namespaces');
    if (new TextEncoder().encode(spec[field]).length > 64) throw specFault(field, 'Linux allows 64 bytes');
  }
  return spec;
}

/** Checks a process by itself, as `exec` has it. Throws `ESPEC` naming the field. */
export function parseProcess(value: unknown): Process {
  return process(value, 'process');
}

/** Checks `linux.resources` by themselves, as `update` has them. Throws `ESPEC` naming the field. */
export function parseResources(value: unknown): Resources {
  return resources(value, 'resources');
}

/** Parses the text of a config.json; what a filter compares with is exact. Throws `ESPEC`. */
export function parseSpec(json: string): RuntimeSpec {
  return validateSpec(parseJson(json));
}

function parseJson(json: string): unknown {
  try {
    return parseExactly(json);
  } catch (cause) {
    throw specFault('', `it is no JSON: ${(cause as Error).message}`);
  }
}
