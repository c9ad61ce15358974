import { LimpidError } from '../../base/error.ts';
import { parseReference } from '../../spec/reference.ts';

/** What somebody logs in to: a registry, or one namespace of it. */
export interface LoginTarget {
  readonly registry: string;
  /** As auth files have it: `quay.io`, `quay.io/user`. */
  readonly key: string;
}

/** Reads `HOST[:PORT][/NAMESPACE…]`; a leading `https://` is dropped, as people paste addresses. Throws `EREFERENCE`. */
export function parseLoginTarget(text: string): LoginTarget {
  const bare = text.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const fault = (why: string) =>
    new LimpidError({ code: 'EREFERENCE', doing: 'read', subject: `registry "${text}"`, why });
  if (!/[.:]/.test(host) && host !== 'localhost') throw fault('a host is wanted, such as quay.io or localhost:5000');
  if (/[@\s]/.test(bare)) throw fault('it holds a blank or "@"');
  const { registry } = parseReference(`${host}/x`);
  if (slash >= 0) parseReference(bare);
  return { registry, key: slash < 0 ? registry : `${registry}${bare.slice(slash)}` };
}
