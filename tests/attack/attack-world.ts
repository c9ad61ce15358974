/** A private world in which containers are hostile, and a place outside of it that must stay as it was. */
import { copyFileSync, chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { containerConfig, type ContainerRequest } from '../../engine/container-config.ts';
import { runContainer } from '../../engine/containers/run.ts';
import type { StartedContainer } from '../../engine/containers/start.ts';
import { libc } from '../../kernel/libc.ts';
import { ended, FaultWorld } from '../faults/fault-world.ts';

export class AttackWorld extends FaultWorld {
  /** Starts a container without waiting for it; quicker than a command. */
  async start(request: Partial<ContainerRequest> & { readonly command: readonly string[] }): Promise<StartedContainer> {
    const started = await runContainer(this.world, containerConfig({ image: 'builtin:busybox', ...request }));
    libc.close(started.controlFd);
    return started;
  }

  /** Runs a shell script in a container that goes with it; its output. */
  async sh(script: string, ...options: readonly string[]): Promise<string> {
    const { out, err } = await this.limpid(['run', '--rm', ...options, 'builtin:busybox', 'sh', '-c', script]);
    return (out + err).trimEnd();
  }

  /** A root file system with busybox at /bin, to be made hostile. */
  rootfs(name: string): string {
    const root = `${this.path}/${name}`;
    rmSync(root, { recursive: true, force: true });
    mkdirSync(`${root}/bin`, { recursive: true });
    copyFileSync('/bin/busybox', `${root}/bin/busybox`);
    chmodSync(`${root}/bin/busybox`, 0o755);
    for (const applet of ['sh', 'id', 'cat', 'true', 'sleep']) symlinkSync('busybox', `${root}/bin/${applet}`);
    return root;
  }

  /** A static program from C, at its path on the host. */
  async compile(source: string): Promise<string> {
    const binary = `${this.path}/${source.replaceAll(/.*\/|\.c$/g, '')}`;
    const { code, err } = await ended(['musl-gcc', '-static', '-O1', '-Wall', '-Werror', '-o', binary, source]);
    if (code !== 0) throw new Error(`musl-gcc: ${err}`);
    return binary;
  }
}
