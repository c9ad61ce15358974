import type { ContainerConfig } from '../../engine/config.ts';
import type { Typed } from '../parse/parse-options.ts';
import { checkRequest, checkPlatform } from './checks.ts';
import { translateDeviceRules, translateDevices } from './devices.ts';
import { translateHostNames } from './host-names.ts';
import { translateEnvironment } from './environment.ts';
import { translateEntrypoint, translateHostName, translateName } from './identity.ts';
import { translateAnnotations, translateLabels, translateSysctls } from './labels.ts';
import { translateLog, translateRestart, translateStopSignal } from './life.ts';
import { translateLimits } from './limits.ts';
import { translateMounts } from './mounts.ts';
import { translateNamespaces } from './namespaces.ts';
import { translatePorts } from './ports.ts';
import type { CreateOptions, CreateValues } from './options.ts';
import { CreateRequest, type HostInputs } from './request.ts';
import { translateRootfs } from './root-file-system.ts';
import { translateCapabilities, translateSecurity } from './security.ts';
import { translateUlimits } from './ulimits.ts';

/**
 * The config that a `run` or `create` asks for. `args` are the image (or directory) and the command. Pure but for what
 * `host` reads. Throws LimpidError for the first thing that cannot be.
 */
export function configFromOptions(
  { options, typed, args }: { options: CreateValues; typed: Typed<CreateOptions>; args: readonly string[] },
  host: HostInputs,
): ContainerConfig {
  const request = new CreateRequest(options, typed, host);
  checkRequest(request);
  const [image = '', ...command] = args;
  const rootfs = translateRootfs(request, image);
  checkPlatform(request, rootfs.rootfs.kind === 'image');
  return {
    id: host.id,
    name: translateName(request),
    created: host.now,
    ...rootfs,
    ...translateProcess(request, command),
    ...translateNamespaces(request),
    ...translatePorts(request),
    ...translateHostName(request),
    ...translateHostNames(request),
    ...translateRights(request),
    ...translateFiles(request),
    ...translateLife(request),
    resources: translateLimits(request),
    ...translateCgroup(request),
    because: request.reasons,
  };
}

function translateProcess(request: CreateRequest, command: readonly string[]) {
  const { options } = request;
  if (command.length > 0) request.note('process.args', 'the command line');
  const entrypoint = translateEntrypoint(request);
  request.because('process.user', 'user');
  request.because('process.user.additionalGids', 'group-add');
  request.because('process.user.umask', 'umask');
  request.because('process.cwd', 'workdir');
  request.because('process.terminal', 'tty');
  request.because('process.oomScoreAdj', 'oom-score-adj');
  return {
    ...present({
      entrypoint,
      user: options.user,
      workdir: options.workdir,
      tz: options.tz,
      oomScoreAdj: options['oom-score-adj'],
    }),
    command,
    ...translateEnvironment(request),
    groups: options['group-add'],
    umask: Number.parseInt(options.umask, 8),
    terminal: options.tty,
    interactive: options.interactive,
    init: options.init,
    ulimits: translateUlimits(request),
    passwdEntries: options.passwd,
  };
}

function translateRights(request: CreateRequest) {
  const { privileged } = request.options;
  return {
    privileged,
    ...translateCapabilities(request),
    security: translateSecurity(request),
    sysctls: translateSysctls(request),
  };
}

function translateFiles(request: CreateRequest) {
  const { options } = request;
  request.because('root.readonly', 'read-only');
  request.because('mounts[/dev/shm]', 'shm-size');
  return {
    readOnly: options['read-only'],
    readOnlyTmpfs: options['read-only-tmpfs'],
    mounts: translateMounts(request),
    devices: translateDevices(request),
    deviceRules: translateDeviceRules(request),
    shmSizeBytes: options['shm-size'],
  };
}

function translateLife(request: CreateRequest) {
  const { options } = request;
  const pidFile = options.pidfile === undefined ? undefined : request.hostPath(options.pidfile);
  const cidFile = options.cidfile === undefined ? undefined : request.hostPath(options.cidfile);
  return {
    labels: translateLabels(request),
    annotations: translateAnnotations(request),
    autoRemove: options.rm,
    log: translateLog(request),
    stopSignal: translateStopSignal(request),
    stopTimeoutS: options['stop-timeout'],
    timeoutS: options.timeout,
    restart: translateRestart(request),
    ...present({ pidFile, cidFile }),
  };
}

function translateCgroup(request: CreateRequest) {
  const parent = request.options['cgroup-parent'];
  request.because('linux.cgroupsPath', 'cgroup-parent');
  return {
    ...(parent === undefined || parent === '' ? {} : { cgroupParent: parent.startsWith('/') ? parent : `/${parent}` }),
  };
}

/** The fields that have a value; exact optional types know no `undefined`. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) found[name] = fields[name];
  return found as { [K in keyof T]?: Exclude<T[K], undefined> };
}
