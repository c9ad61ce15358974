import { closeDescriptor, openReadable } from '../kernel/descriptors.ts';
import { MS_BIND, MS_REC } from '../abi/flags/mount.ts';
import { makeDirectories, makeDirectory, readText, removeFile, writeFile } from '../kernel/files.ts';
import { waitLock } from '../kernel/locks.ts';
import { readProcessStat } from '../kernel/process.ts';
import { NONE } from '../plan/slots.ts';
import type { Op } from '../plan/ops.ts';
import { umountRoot } from '../plan/rootfs.ts';
import { type Bundle, readBundle } from './bundle.ts';
import {
  type CriuOptions,
  externalMounts,
  joinedNetwork,
  NETWORK_KEY,
  type Outside,
  readOutside,
} from './checkpoint.ts';
import { checkId, ContainerFiles } from './container-files.ts';
import { type ContainerRecord, writeConfig, writeRecord } from './container-record.ts';
import { runCriu } from './criu.ts';
import { writeDirect } from './direct.ts';
import { forgetContainer } from './forget.ts';
import { newRecord } from './new-record.ts';
import { writePidFile } from './pid-file.ts';
import { runPlan } from './run-plan.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface RestoreOptions extends CriuOptions {
  readonly bundle: string;
  readonly pidFile?: string;
  readonly consoleSocket?: string;
}

/** Brings a container back from its images and answers its pid. What is left of a failed one is removed. */
export async function restoreContainer(world: RuntimeWorld, id: string, options: RestoreOptions): Promise<number> {
  const files = new ContainerFiles(world.root, checkId(id));
  const bundle = readBundle(options.bundle);
  if (bundle.spec.process?.terminal || options.consoleSocket !== undefined)
    throw runtimeError('ECRIU', 'restore', `container "${id}"`, 'a terminal is not brought back');
  const outside = readOutside(options.imagePath, id);
  makeDirectories(world.root, 0o711);
  if (!makeDirectory(files.directory, 0o711))
    throw runtimeError('EIDINUSE', 'restore', `container "${id}"`, 'container with given ID already exists');
  const lock = waitLock(files.createLock);
  try {
    const pid = await restoreIn(world, files, bundle, outside, options);
    if (options.pidFile !== undefined) writePidFile(options.pidFile, pid);
    return pid;
  } catch (error) {
    await forgetContainer(world, files);
    throw error;
  } finally {
    if (lock !== 'absent') lock.release();
  }
}

async function restoreIn(
  world: RuntimeWorld,
  files: ContainerFiles,
  bundle: Bundle,
  outside: Outside,
  options: RestoreOptions,
): Promise<number> {
  // CRIU wants the root to be a mount, and takes it from the host's sight itself.
  const root = `${files.directory}/criu-root`;
  const record: ContainerRecord = { ...(await newRecord(world, files, bundle)), mounts: [root] };
  writeRecord(files, record);
  writeConfig({ files }, bundle.spec);
  writeDirect(world, files, record, bundle.spec);
  makeDirectory(root, 0o755);
  await runPlan(world, [bindRoot(bundle.rootfs, root)]);
  makeDirectories(options.workPath, 0o700);
  const pidFile = `${files.directory}/criu-pid`;
  const network = joinedNetwork(bundle.spec);
  const third = network === undefined ? undefined : openReadable(network);
  const { imagePath, workPath } = options;
  const words = [
    ...['--root', root, '--restore-detached', '--restore-sibling', '--pidfile', pidFile],
    ...externalMounts(bundle.spec, outside, (_destination, source) => source),
    ...(third === undefined ? [] : ['--inherit-fd', `fd[3]:${NETWORK_KEY}`]),
    ...outside.descriptors.flatMap((key, fd) => (key === '' ? [] : ['--inherit-fd', `fd[${fd}]:${key}`])),
    ...options.words,
  ];
  try {
    const call = { action: 'restore', imagePath, workPath, words, ...(third !== undefined && { third }) } as const;
    runCriu(`container "${files.id}"`, call);
  } finally {
    if (third !== undefined) closeDescriptor(third);
  }
  await runPlan(world, [umountRoot(root)]);
  return recordRestored(files, pidFile);
}

function recordRestored(files: ContainerFiles, pidFile: string): number {
  const pid = Number(readText(pidFile));
  removeFile(pidFile);
  const stat = readProcessStat(pid);
  if (stat === undefined) throw runtimeError('ECRIU', 'restore', `container "${files.id}"`, 'it ended at once');
  writeFile(files.process, `process ${pid} ${stat.startTime} 0 0\n`, { mode: 0o644, sync: false });
  return pid;
}

function bindRoot(source: string, target: string): Op {
  const because = 'CRIU restores onto a mount';
  return { op: 'mount', stage: 'host', because, at: NONE, target, type: '', source, flags: MS_BIND | MS_REC, data: '' };
}
