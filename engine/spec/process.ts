import { LimpidError } from '../../base/error.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { Process } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import { capabilitySets } from './capabilities.ts';
import { commandLine } from './command.ts';
import { environment } from './env.ts';
import type { ImageDefaults, SpecInputs } from './inputs.ts';
import { mappedUser } from './mapped-ids.ts';
import type { Reasons } from './reasons.ts';
import { planRlimits } from './rlimits.ts';
import { resolveUser, type ResolvedUser } from './user.ts';

/** What the process depends on beyond the config. */
export type ProcessInputs = Pick<SpecInputs, 'image' | 'passwd' | 'group' | 'joinedMaps'>;

/** `process` of the spec. Throws as `specFromConfig`. */
export function planProcess(
  config: ContainerConfig,
  inputs: ProcessInputs,
  facts: HostFacts,
  hostname: string,
  reasons: Reasons,
): Process {
  const { uid, gid, additionalGids, home } = planUser(config, inputs);
  const process: Process = {
    terminal: config.terminal,
    user: { uid, gid, umask: config.umask, additionalGids: [...additionalGids] },
    ...planCommand(config, inputs.image, { home, hostname }, reasons),
    capabilities: capabilitySets(config, uid, facts),
    noNewPrivileges: config.security.noNewPrivileges,
    rlimits: planRlimits(config.ulimits, facts, reasons),
  };
  if (config.oomScoreAdj !== undefined) process.oomScoreAdj = config.oomScoreAdj;
  // `unconfined` asks for nothing: no profile is put on by itself, and many kernels have no AppArmor to be told so.
  const { apparmor } = config.security;
  if (apparmor !== undefined && apparmor !== 'unconfined') process.apparmorProfile = apparmor;
  if (config.security.selinuxLabel !== undefined) process.selinuxLabel = config.security.selinuxLabel;
  noteProcess(config, inputs, reasons);
  return process;
}

/** Who it runs as, by the root file system's own files. Throws as `resolveUser` and `mappedUser`. */
export function planUser(config: ContainerConfig, inputs: ProcessInputs): ResolvedUser {
  const user = resolveUser(config.user ?? inputs.image.user ?? '', inputs, config.groups);
  return mappedUser(user, config, inputs.joinedMaps);
}

/** What is executed, with which words and where. */
export function planCommand(
  config: ContainerConfig,
  image: ImageDefaults,
  { home, hostname }: { readonly home: string; readonly hostname: string },
  reasons: Reasons,
): Pick<Process, 'args' | 'env' | 'cwd'> {
  const env = {
    image: image.env ?? [],
    config: config.env,
    unset: config.unsetEnv ?? [],
    terminal: config.terminal,
    home,
    hostname,
  };
  return {
    args: commandLine(config, image),
    env: environment(env, reasons),
    cwd: workingDirectory(config.workdir ?? image.workdir),
  };
}

function noteProcess(config: ContainerConfig, { image }: ProcessInputs, reasons: Reasons): void {
  const typedCommand = config.command.length > 0 || config.entrypoint !== undefined;
  reasons.note('process.args', typedCommand ? 'the command line' : 'image');
  reasons.note('process.user', config.user === undefined && image.user !== undefined ? 'image' : 'default: root');
  reasons.note('process.user.umask', 'default: 0022');
  reasons.note(
    'process.cwd',
    config.workdir === undefined && image.workdir !== undefined ? 'image' : 'default: the root',
  );
  reasons.note('process.capabilities', config.privileged ? '--privileged' : "default: podman's capability list");
  reasons.note('process.terminal', config.terminal ? '--tty' : 'default: no terminal');
  reasons.note('process.noNewPrivileges', 'default: set-user-ID programs work');
}

function workingDirectory(path: string | undefined): string {
  if (path === undefined || path === '') return '/';
  if (path.startsWith('/')) return path;
  throw new LimpidError({
    code: 'EOPTION',
    doing: 'use',
    subject: `working directory "${path}"`,
    why: 'it is not absolute',
  });
}
