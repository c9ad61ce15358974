import { optionError } from '../parse/option-error.ts';
import { translateRestart } from './life.ts';
import type { CreateRequest } from './request.ts';

const ARCHITECTURES: Readonly<Record<string, 'x86_64' | 'aarch64'>> = {
  amd64: 'x86_64',
  x86_64: 'x86_64',
  'x86-64': 'x86_64',
  arm64: 'aarch64',
  aarch64: 'aarch64',
};

/** Throws EOPTION where two options exclude each other or a value can never hold. */
export function checkRequest(request: CreateRequest): void {
  const { options } = request;
  if (options.rm && translateRestart(request).policy !== 'no') {
    throw optionError('--rm', `it excludes ${request.flag('restart')}: a removed container cannot start again`);
  }
  if (options.replace && !request.given('name')) throw optionError('--replace', 'it needs --name');
  if (request.given('umask') && !/^[0-7]{1,4}$/.test(options.umask))
    throw optionError(request.flag('umask'), 'an octal number such as 0022 is wanted');
  const score = options['oom-score-adj'] ?? 0;
  if (score < -1000 || score > 1000) throw optionError(request.flag('oom-score-adj'), '-1000 to 1000 is wanted');
  if (options.workdir !== undefined && !options.workdir.startsWith('/')) {
    throw optionError(request.flag('workdir'), 'an absolute path is wanted');
  }
  checkSharedMemory(request);
  checkPlaces(request);
}

function checkSharedMemory(request: CreateRequest): void {
  if (!request.given('shm-size')) return;
  if (request.options['shm-size'] === 0) throw optionError(request.flag('shm-size'), 'a size above 0 is wanted');
  const ipc = request.options.ipc ?? '';
  if (ipc === 'host' || ipc.startsWith('container:')) {
    throw optionError(
      request.flag('shm-size'),
      `it excludes ${request.flag('ipc')}: /dev/shm is not the container's own`,
    );
  }
}

function checkPlaces(request: CreateRequest): void {
  const { options } = request;
  if (options['group-add'].includes('keep-groups'))
    throw optionError('--group-add keep-groups', 'it is for rootless containers');
  const parent = options['cgroup-parent'];
  if (parent?.split('/').includes('..'))
    throw optionError(request.flag('cgroup-parent'), 'a path without ".." is wanted');
  if (options.user === '' || options.user?.startsWith(':'))
    throw optionError(request.flag('user'), 'USER[:GROUP] is wanted');
  if (options.tz !== undefined && !/^[A-Za-z0-9][\w+-]*(\/[\w+-]+)*$/.test(options.tz)) {
    throw optionError(request.flag('tz'), 'a zone such as Europe/Berlin, or "local", is wanted');
  }
}

/**
 * Throws EOPTION where the platform asked for is not this host's. An image may be for another one: who asks for it by
 * name has something that runs it.
 */
export function checkPlatform(request: CreateRequest, isImage: boolean): void {
  const { options, host } = request;
  if (request.given('platform') && (request.given('os') || request.given('arch'))) {
    throw optionError(request.flag('platform'), 'it excludes --os and --arch');
  }
  const [platformOs, platformArch] = (options.platform ?? '').split('/');
  const os = options.os ?? (platformOs || 'linux');
  const arch = options.arch ?? platformArch ?? '';
  if (os.toLowerCase() !== 'linux') throw optionError(`operating system "${os}"`, 'containers are Linux');
  if (arch === '' || isImage) return;
  const known = Object.hasOwn(ARCHITECTURES, arch.toLowerCase()) ? ARCHITECTURES[arch.toLowerCase()] : undefined;
  if (known !== host.arch) throw optionError(`architecture "${arch}"`, `this host is ${host.arch}`);
}
