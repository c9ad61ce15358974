import { statPath } from '../../../kernel/file-status.ts';
import { readText } from '../../../kernel/files.ts';
import { currentUid } from '../../../kernel/process.ts';
import { badImages } from '../fault.ts';

/** Where each driver keeps the files of one layer. */
const LAYER_FILES: Readonly<Record<string, (id: string) => string>> = {
  overlay: (id) => `overlay/${id}/diff`,
  vfs: (id) => `vfs/dir/${id}`,
};

export function filesOfLayer(driver: string, id: string): string {
  return LAYER_FILES[driver]!(id);
}

/** The storage that `[DRIVER@]ROOT[+RUNROOT][:OPTIONS]` means; empty for the one of this user. */
export function findStorage(text: string, name: string): { root: string; driver: string } {
  const at = text.indexOf('@');
  const wanted = at < 0 ? undefined : text.slice(0, at);
  const path = text.slice(at + 1).split(/[+:]/)[0]!;
  const root = path === '' ? usualRoot() : path;
  if (wanted !== undefined && !Object.hasOwn(LAYER_FILES, wanted))
    throw badImages(name, `storage driver "${wanted}" is not known, ${Object.keys(LAYER_FILES).join(' and ')} are`);
  const there = Object.keys(LAYER_FILES).filter((driver) => statPath(`${root}/${driver}-images/images.json`));
  const driver = wanted === undefined ? there[0] : there.find((one) => one === wanted);
  if (driver !== undefined) return { root, driver };
  throw badImages(name, `there is no ${wanted ?? 'image'} storage in "${root}"`);
}

/** As storage.conf(5) has it. */
function usualRoot(): string {
  if (currentUid() !== 0) return `${Bun.env['XDG_DATA_HOME'] ?? `${Bun.env['HOME']}/.local/share`}/containers/storage`;
  const config = readText('/etc/containers/storage.conf') ?? readText('/usr/share/containers/storage.conf') ?? '';
  return /^\s*graphroot\s*=\s*"([^"]+)"/m.exec(config)?.[1] ?? '/var/lib/containers/storage';
}
