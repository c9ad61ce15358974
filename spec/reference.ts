import { LimpidError } from '../base/error.ts';
import type { Digest } from './image.ts';
import { digestComplaint } from './digest.ts';

/** An image's name as written: without a registry it is a short name, which configuration has to complete. */
export interface ImageName {
  /** `HOST[:PORT]`: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry?: string;
  /** Without the registry: `library/alpine`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** A name that says where its image is. */
export interface ImageReference extends ImageName {
  readonly registry: string;
}

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9a-fA-F:.]+\\])$`);
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]*$/;
const TRANSPORTS =
  'docker://, docker-archive:, docker-daemon:, oci:, oci-archive:, dir:, containers-storage: and builtin: are';
const MAX_NAME_LENGTH = 255;
const MAX_TAG_LENGTH = 128;

/**
 * Reads `[HOST[:PORT]/]PATH[:TAG][@DIGEST]` (the grammar of the distribution project, with Docker Hub's `library/`
 * filled in). The first component is a host if it holds a dot or a port or is `localhost`. Throws `EREFERENCE`.
 */
export function parseImageName(text: string): ImageName {
  const fault = (why: string, hint?: string) => referenceFault(text, why, hint);
  if (text === '') throw fault('it is empty');
  if (/[\s\p{Cc}]/u.test(text)) throw fault('it holds a blank or a control character');
  const scheme = /^([a-z][\w+-]*):\/\//i.exec(text);
  if (scheme !== null) throw fault(`it begins with "${scheme[0]}"`, `write "${text.slice(scheme[0].length)}"`);
  const { name, tag, digest } = split(text, fault);
  if (name.length > MAX_NAME_LENGTH) throw fault(`its name has ${name.length} characters, ${MAX_NAME_LENGTH} may be`);
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:[]/.test(first) || first === 'localhost';
  const path = isHost ? name.slice(slash + 1) : name;
  if (isHost) checkHost(first, fault);
  checkPath(path, fault);
  return {
    ...(isHost ? { registry: canonicalHost(first) } : {}),
    repository: isHost && isDockerHub(first) && !path.includes('/') ? `library/${path}` : path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** As `parseImageName`, for a name that has to be complete. */
export function parseReference(text: string): ImageReference {
  const name = parseImageName(text);
  if (isQualified(name)) return name;
  throw referenceFault(text, 'it names no registry', `write "docker.io/${text}" or "localhost/${text}"`);
}

export function isQualified(name: ImageName): name is ImageReference {
  return name.registry !== undefined;
}

/** `docker.io/library/alpine:3.22`, as policies, records and messages have it. */
export function formatReference(name: ImageName): string {
  const tag = name.tag === undefined ? '' : `:${name.tag}`;
  return `${repositoryName(name)}${tag}${name.digest === undefined ? '' : `@${name.digest}`}`;
}

/** Without tag and digest: `docker.io/library/alpine`. */
export function repositoryName({ registry, repository }: ImageName): string {
  return registry === undefined ? repository : `${registry}/${repository}`;
}

/** `latest`, where neither tag nor digest say which image is meant. */
export function withDefaultTag<N extends ImageName>(name: N): N {
  return name.tag === undefined && name.digest === undefined ? { ...name, tag: 'latest' } : name;
}

/** Throws `EREFERENCE` where a tag is none. */
export function checkTag(tag: string): void {
  const complaint = tagComplaint(tag);
  if (complaint !== undefined)
    throw new LimpidError({ code: 'EREFERENCE', doing: 'read', subject: `tag ${JSON.stringify(tag)}`, why: complaint });
}

function split(text: string, fault: Fault): { name: string; tag?: string; digest?: Digest } {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  const digestFault = digest === undefined ? undefined : digestComplaint(digest);
  if (digestFault !== undefined) throw fault(`its digest "${digest}" ${digestFault}`);
  const colon = tagged.lastIndexOf(':');
  const tag = colon > tagged.lastIndexOf('/') ? tagged.slice(colon + 1) : undefined;
  const tagFault = tag === undefined ? undefined : tagComplaint(tag);
  if (tagFault !== undefined) throw fault(tagFault);
  return {
    name: tag === undefined ? tagged : tagged.slice(0, colon),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function tagComplaint(tag: string): string | undefined {
  if (tag === '') return 'nothing follows the colon';
  if (tag.length > MAX_TAG_LENGTH) return `its tag has ${tag.length} characters, ${MAX_TAG_LENGTH} may be`;
  if (!TAG.test(tag)) return `its tag "${tag}" is not made of letters, digits, "_", "." and "-"`;
  return undefined;
}

function checkHost(text: string, fault: Fault): void {
  const colon = text.endsWith(']') ? -1 : text.lastIndexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  if (!HOST.test(host)) throw fault(`"${host}" is no host name`);
  if (colon < 0) return;
  const port = text.slice(colon + 1);
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return;
  // `sif:/file`, `OCI:dir/x`: other tools' transports, and mistyped ones.
  if (!/\d/.test(port) && !/[.[]/.test(host) && host !== 'localhost')
    throw fault(`"${host}:" is no transport`, TRANSPORTS);
  throw fault(`its port "${port}" is no number between 1 and 65535`);
}

function checkPath(path: string, fault: Fault): void {
  if (path === '') throw fault('it names no repository');
  if (path.startsWith('/')) throw fault('it begins with a slash');
  if (path.endsWith('/')) throw fault('it ends with a slash');
  if (path.includes('//')) throw fault('it holds an empty component, "//"');
  if (/^[0-9a-f]{64}$/.test(path))
    throw fault('64 hexadecimal digits are an image id', 'shorten the id, or pick a name');
  for (const component of path.split('/')) {
    if (/[A-Z]/.test(component)) throw fault(`"${component}" holds upper-case letters`, 'write it in lower case');
    const wrong = /[^a-z0-9._-]/u.exec(component);
    if (wrong !== null) throw fault(`"${component}" holds "${wrong[0]}"`);
    if (!COMPONENT.test(component))
      throw fault(
        `"${component}" is not words of letters and digits with one ".", one or two "_", or "-" between them`,
      );
  }
}

function isDockerHub(host: string): boolean {
  return canonicalHost(host) === 'docker.io';
}

function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'index.docker.io' ? 'docker.io' : lower;
}

type Fault = (why: string, hint?: string) => LimpidError;

function referenceFault(text: string, why: string, hint?: string): LimpidError {
  const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return new LimpidError({
    code: 'EREFERENCE',
    doing: 'read',
    subject: `image name ${JSON.stringify(shown)}`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
