import { connectUnix } from '../kernel/unix-socket.ts';
import { CALLER_SLOT } from '../plan/slots.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { runtimeError } from './runtime-error.ts';

/** runtime-spec, config-linux.md, "The Container Process State": what a listener gets with its descriptor. */
export function listenerState({ ociVersion, linux }: RuntimeSpec, state: string, pidMark: number): string[] {
  const { listenerPath = '', listenerMetadata: metadata = '' } = linux?.seccomp ?? {};
  if (listenerPath === '') return [];
  const document = { ociVersion, fds: ['seccompFd'], pid: pidMark, metadata, state: JSON.parse(state) };
  return JSON.stringify(document).split(String(pidMark));
}

/** Connects to whom the filter asks, if it asks anyone. Throws ELISTENER where nobody is there. */
export function passListener(slots: Map<number, number>, { linux }: RuntimeSpec): void {
  const path = linux?.seccomp?.listenerPath;
  if (path === undefined || path === '') return;
  const fd = connectUnix(path);
  if (fd === undefined)
    throw runtimeError('ELISTENER', 'connect to', `"linux.seccomp.listenerPath" "${path}"`, 'nobody serves it');
  slots.set(CALLER_SLOT.seccomp, fd);
}
