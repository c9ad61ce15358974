import type { Resources } from '../../spec/runtime.ts';
import { parseSize } from '../../base/size.ts';
import { optionError } from '../parse/option-error.ts';
import { translateBlockIo } from './block-io.ts';
import { translateCpu } from './cpu.ts';
import { splitPair } from './labels.ts';
import { recordOf } from './record-of.ts';
import type { CreateRequest } from './request.ts';

// Below this the kernel cannot charge a process's page tables and stack, and kills it in execve(2).
const MEMORY_FLOOR_BYTES = 512 * 1024;
type Memory = NonNullable<Resources['memory']>;

/** The runtime spec's `linux.resources` from the options about limits. Throws EOPTION for what cannot hold. */
export function translateLimits(request: CreateRequest): Resources {
  const { options } = request;
  const resources: Resources = {};
  const memory = translateMemory(request);
  const cpu = translateCpu(request);
  const blockIO = translateBlockIo(request);
  if (Object.keys(memory).length > 0) resources.memory = memory;
  if (Object.keys(cpu).length > 0) resources.cpu = cpu;
  if (Object.keys(blockIO).length > 0) resources.blockIO = blockIO;
  if (options['pids-limit'] > 0) resources.pids = { limit: pidsLimit(request) };
  if (options['cgroup-conf'].length > 0) resources.unified = translateUnified(request);
  return resources;
}

function translateMemory(request: CreateRequest): Memory {
  const { options } = request;
  const memory: Memory = {};
  const { memory: limit, 'memory-reservation': reservation, 'memory-swappiness': swappiness } = options;
  if (limit !== undefined && limit !== 0) Object.assign(memory, memoryLimit(request, limit));
  else if (wantedSwap(request) !== undefined) throw optionError(request.flag('memory-swap'), 'it needs --memory');
  if (reservation !== undefined && reservation !== 0) {
    if (memory.limit !== undefined && reservation > memory.limit) {
      throw optionError(request.flag('memory-reservation'), `it is more than ${request.flag('memory')}`);
    }
    memory.reservation = reservation;
    request.because('linux.resources.memory.reservation', 'memory-reservation');
  }
  if (swappiness < -1 || swappiness > 100)
    throw optionError(request.flag('memory-swappiness'), '0 to 100, or -1, is wanted');
  if (swappiness >= 0) {
    memory.swappiness = swappiness;
    request.because('linux.resources.memory.swappiness', 'memory-swappiness');
  }
  if (options['oom-kill-disable']) {
    memory.disableOOMKiller = true;
    request.because('linux.resources.memory.disableOOMKiller', 'oom-kill-disable');
  }
  return memory;
}

function memoryLimit(request: CreateRequest, limit: number): Memory {
  if (limit < MEMORY_FLOOR_BYTES) {
    throw optionError(
      request.flag('memory'),
      `the kernel starts no process in less than ${MEMORY_FLOOR_BYTES / 1024}k`,
    );
  }
  request.because('linux.resources.memory.limit', 'memory');
  const swap = wantedSwap(request);
  if (swap === undefined) {
    request.note('linux.resources.memory.swap', `default: twice ${request.flag('memory')}`);
    return { limit, swap: limit * 2 };
  }
  if (swap !== -1 && swap < limit) {
    throw optionError(
      request.flag('memory-swap'),
      `memory and swap together cannot be less than ${request.flag('memory')}`,
    );
  }
  request.because('linux.resources.memory.swap', 'memory-swap');
  return { limit, swap };
}

function wantedSwap(request: CreateRequest): number | undefined {
  const text = request.options['memory-swap'];
  if (text === undefined || text === '0') return undefined;
  const bytes = text === '-1' ? -1 : parseSize(text);
  if (bytes === undefined) {
    throw optionError(
      `${JSON.stringify(text)} for --memory-swap`,
      'a size such as "256m", or -1 for no limit, is wanted',
    );
  }
  return bytes;
}

function pidsLimit(request: CreateRequest): number {
  const limit = request.options['pids-limit'];
  request.note(
    'linux.resources.pids.limit',
    request.given('pids-limit') ? request.flag('pids-limit') : 'default: --pids-limit 2048',
  );
  return limit;
}

function translateUnified(request: CreateRequest): Record<string, string> {
  const pairs = request.options['cgroup-conf'].map((text) => splitPair(text, '--cgroup-conf'));
  const wrong = pairs.find(([file]) => !/^[a-z]\w*\.[\w.]+$/i.test(file));
  if (wrong !== undefined)
    throw optionError(`"${wrong[0]}" for --cgroup-conf`, 'the name of a cgroup v2 file is wanted');
  for (const [file, value] of pairs) request.note(`linux.resources.unified.${file}`, `--cgroup-conf ${file}=${value}`);
  return recordOf(pairs);
}
