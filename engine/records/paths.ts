import type { World } from '../world.ts';

/**
 * Where the things of one container are. `storage` is on disk; `runtime` is forgotten by a reboot; `record` is
 * one of them: on disk, or for `--rm` containers in the runtime directory, so that a short run waits for no disk.
 */
export interface ContainerPaths {
  readonly storage: string;
  readonly runtime: string;
  readonly record: string;
  readonly config: string;
  /** What `config` is called once its container is being removed. */
  readonly removed: string;
  readonly startRecord: string;
  readonly exitRecord: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  /** Where the layers are mounted with their ids mapped, while a container with a user namespace starts. */
  readonly lower: string;
  readonly log: string;
  readonly socket: string;
  /** Where /dev/shm of a container with shareable IPC is mounted, for others to join. */
  readonly shm: string;
  readonly lock: string;
}

export function containerPaths(world: World, id: string, volatile: boolean): ContainerPaths {
  const storage = `${world.root}/containers/${id}`;
  const runtime = `${world.runroot}/containers/${id}`;
  const record = volatile ? runtime : storage;
  return {
    storage,
    runtime,
    record,
    config: `${record}/config.json`,
    removed: `${record}/removed.json`,
    startRecord: `${record}/start`,
    exitRecord: `${record}/exit`,
    upper: `${storage}/upper`,
    work: `${storage}/work`,
    merged: `${storage}/merged`,
    lower: `${storage}/lower`,
    log: `${storage}/ctr.log`,
    socket: `${runtime}/attach`,
    shm: `${runtime}/shm`,
    lock: `${runtime}/lock`,
  };
}

export function namesDirectory(world: World): string {
  return `${world.runroot}/names`;
}

/** The name's claim: a symlink to the container's id. */
export function nameClaim(world: World, name: string): string {
  return `${namesDirectory(world)}/${name}`;
}
