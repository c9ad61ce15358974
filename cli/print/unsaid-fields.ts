import { nameNetworkFields } from './network-fields.ts';

/**
 * Fields that Go's types have and a document leaves out, or has under its key for JSON: a template finds them, and nothing
 * that prints the whole shows them. Adds them to a document in Go's view (`withMaps`).
 */
export function addUnsaidFields(document: unknown): void {
  if (!isRecord(document)) return;
  if ('network_interface' in document) return nameNetworkFields(document);
  if ('Id' in document) hide(document, { ID: document['Id'] });
  if (!('RepoTags' in document)) return;
  const { Config: config, History: history, Labels: labels, Healthcheck: check = null } = document;
  hide(document, { HealthCheck: check });
  if (labels === null) document['Labels'] = NIL_MAP;
  if (isRecord(config)) hide(config, IMAGE_CONFIG);
  for (const step of Array.isArray(history) ? history : []) if (isRecord(step)) hide(step, namedAsInGo(step));
}

/** Empty, and `null` in JSON. */
const NIL_MAP = nil(Object.create(null) as object);
const NIL_LIST = nil([]);

function nil(empty: object): object {
  return Object.defineProperty(empty, 'toJSON', { value: () => null });
}

const IMAGE_CONFIG: Readonly<Record<string, unknown>> = {
  User: '',
  ExposedPorts: NIL_MAP,
  Env: NIL_LIST,
  Entrypoint: NIL_LIST,
  Cmd: NIL_LIST,
  Volumes: NIL_MAP,
  WorkingDir: '',
  Labels: NIL_MAP,
  StopSignal: '',
  Healthcheck: null,
  OnBuild: NIL_LIST,
};

function namedAsInGo(step: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { created = '', created_by: createdBy = '', author = '', comment = '', empty_layer: isEmpty = false } = step;
  return { Created: created, CreatedBy: createdBy, Author: author, Comment: comment, EmptyLayer: isEmpty };
}

function hide(owner: object, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields))
    if (!Object.hasOwn(owner, name)) Object.defineProperty(owner, name, { value });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
