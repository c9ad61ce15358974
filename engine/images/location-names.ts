import type { ImageSource } from '../../spec/image-transport.ts';
import { formatReference, parseImageName, withDefaultTag } from '../../spec/reference.ts';
import type { Location } from '../../store/transports/location.ts';

/** What an image from an archive, a directory or another engine is called here: as there, as far as that is a name. */
export function locationNames(
  { transport, path, reference }: Location,
  { names = [] }: ImageSource & { readonly names?: readonly string[] },
): string[] {
  if (transport === 'docker-daemon' || transport === 'builtin') return nameOf(reference ?? '', 'docker.io');
  const own = names.flatMap((name) => nameOf(name, 'docker.io'));
  if (own.length > 0) return own;
  if (transport === 'containers-storage') return nameOf(reference ?? '', 'localhost');
  const wanted = reference ?? '';
  if (wanted !== '' && !wanted.startsWith('@')) {
    // In a layout, a tag alone is a name: podman puts the directory's before it.
    const isTag = /^[\w.-]+$/.test(wanted);
    return nameOf(isTag ? `${baseName(path)}:${wanted}` : wanted, 'localhost');
  }
  return transport === 'dir' || transport === 'oci' ? nameOf(baseName(path), 'localhost') : [];
}

function nameOf(text: string, registry: string): string[] {
  try {
    const name = parseImageName(text);
    const usual = registry === 'docker.io' && name.registry === undefined && !name.repository.includes('/');
    const repository = usual ? `library/${name.repository}` : name.repository;
    const full = withDefaultTag({ registry, ...name, repository });
    const { tag: _, ...untagged } = full;
    return [formatReference(full.digest === undefined ? full : untagged)];
  } catch {
    return [];
  }
}

function baseName(path: string): string {
  const parts = path.split('/').filter(Boolean);
  return (parts.at(-1) ?? '').toLowerCase();
}
