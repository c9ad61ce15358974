/** Ways in and out that are no registry, by the word before the colon. */
export type Transport =
  | 'docker-archive'
  | 'oci'
  | 'oci-archive'
  | 'dir'
  | 'docker-daemon'
  | 'containers-storage'
  | 'builtin';

const TRANSPORTS: readonly string[] = [
  'docker-archive',
  'oci',
  'oci-archive',
  'dir',
  'docker-daemon',
  'containers-storage',
  'builtin',
] satisfies readonly Transport[];

/** One place that a transport reads or writes. */
export interface Location {
  readonly transport: Transport;
  /** File or directory; empty for `docker-daemon` and `builtin`, and where a `containers-storage` is the usual one. */
  readonly path: string;
  /** Which image there: a name, a tag, `@INDEX`, or for `builtin` what follows the colon. */
  readonly reference?: string;
  /** As messages name it. */
  readonly name: string;
}

/** `undefined` where the text begins with no transport of these: it names an image or a registry. */
export function parseLocation(text: string): Location | undefined {
  const colon = text.indexOf(':');
  const transport = text.slice(0, Math.max(colon, 0));
  if (!TRANSPORTS.includes(transport)) return undefined;
  return { transport: transport as Transport, name: text, ...parts(transport as Transport, text.slice(colon + 1)) };
}

function parts(transport: Transport, rest: string): { path: string; reference?: string } {
  if (transport === 'dir') return { path: rest };
  if (transport === 'docker-daemon' || transport === 'builtin') return { path: '', reference: rest };
  if (transport === 'containers-storage') {
    // `[DRIVER@GRAPHROOT+RUNROOT:OPTIONS]REFERENCE`, as containers/storage writes it.
    const end = rest.startsWith('[') ? rest.indexOf(']') : -1;
    return end < 0 ? { path: '', reference: rest } : { path: rest.slice(1, end), reference: rest.slice(end + 1) };
  }
  const colon = rest.indexOf(':');
  return colon < 0 ? { path: rest } : { path: rest.slice(0, colon), reference: rest.slice(colon + 1) };
}
