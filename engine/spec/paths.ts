import { LimpidError } from '../../base/error.ts';

/**
 * An absolute path without empty, `.` and `..` components, as Go's path.Clean makes it. Only for names: what a
 * symbolic link does to it is decided by the kernel, below the container's root. Throws `EOPTION` for a relative one.
 */
export function cleanPath(path: string): string {
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new LimpidError({
      code: 'EOPTION',
      doing: 'use',
      subject: `path "${path}"`,
      why: path.includes('\0') ? 'it holds a NUL byte' : 'it is not absolute',
    });
  }
  // Most are clean as they come.
  if (!path.includes('//') && !path.includes('/.') && (!path.endsWith('/') || path === '/')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** How many components a clean path has: 0 for `/`. */
export function pathDepth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}

/** Whether a clean path is another one or lies below it. */
export function isAtOrBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
