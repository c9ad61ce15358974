import { formatReference, parseImageName, withDefaultTag } from '../../spec/reference.ts';

/** Whether a name of an archive is the wanted one: as written, or the same image written in full. */
export function isNamed(own: string, wanted: string): boolean {
  if (own === wanted) return true;
  const full = fullName(own);
  return full !== undefined && full === fullName(wanted);
}

/** As Docker means it, whose archives leave the registry out; `undefined` for text that is no name. */
export function fullName(text: string): string | undefined {
  try {
    const name = withDefaultTag(parseImageName(text));
    if (name.registry !== undefined) return formatReference(name);
    const repository = name.repository.includes('/') ? name.repository : `library/${name.repository}`;
    return formatReference({ ...name, registry: 'docker.io', repository });
  } catch {
    return undefined;
  }
}
