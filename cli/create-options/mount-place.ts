import { optionError } from '../parse/option-error.ts';
import { cleanPath } from './request.ts';

/** The place of a mount inside the container, cleaned. Throws EOPTION where it is relative or the root itself. */
export function destinationOf(text: string, because: string): string {
  if (!text.startsWith('/')) throw optionError(because, `the place inside, "${text}", is not an absolute path`);
  const path = cleanPath(text);
  if (path === '/') throw optionError(because, 'the root directory itself cannot be mounted over');
  return path;
}

/** A volume's name, or `''` for one without a name. */
export function volumeName(text: string, because: string): string {
  if (text !== '' && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text)) {
    throw optionError(
      because,
      `"${text}" is neither a path nor a volume's name`,
      `for a directory of the host write "./${text}"`,
    );
  }
  return text;
}
