import type { NamespaceMode } from '../../engine/config.ts';
import { optionError } from '../parse/option-error.ts';

/** What all kinds of namespaces have in common: private, host, container:NAME, ns:PATH. */
export function commonMode(text: string, flag: string): NamespaceMode | undefined {
  if (text === 'private') return { kind: 'private' };
  if (text === 'host') return { kind: 'host' };
  const [kind, rest] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  if (kind === 'container') {
    if (rest === '') throw optionError(`"${text}" for --${flag}`, 'the name of a container is missing');
    return { kind: 'container', container: rest };
  }
  if (kind !== 'ns') return undefined;
  if (!rest.startsWith('/'))
    throw optionError(`"${text}" for --${flag}`, 'an absolute path such as ns:/proc/1/ns/net is wanted');
  return { kind: 'path', path: rest };
}
