import type { ContainerConfig } from '../../engine/config.ts';
import { parseRlimitName } from '../../engine/kernel-words.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

type Ulimit = ContainerConfig['ulimits'][number];

/** `--ulimit nofile=1024:2048`; -1 or `unlimited` is kept as -1. The last of one name holds. */
export function translateUlimits(request: CreateRequest): Ulimit[] {
  if (request.options.ulimit.length === 0) return [];
  const limits = new Map<string, Ulimit>();
  for (const text of request.options.ulimit) {
    const limit = parseUlimit(text);
    limits.set(limit.type, limit);
    request.note(`process.rlimits[${limit.type}]`, `--ulimit ${text}`);
  }
  return [...limits.values()];
}

function parseUlimit(text: string): Ulimit {
  const match = /^([\w]+)=([^:=]+)(?::([^:=]+))?$/.exec(text);
  if (match === null) throw optionError(`${JSON.stringify(text)} for --ulimit`, 'NAME=SOFT[:HARD] is wanted');
  const type = parseRlimitName(match[1]!);
  if (type === undefined)
    throw optionError(
      `"${match[1]}" for --ulimit`,
      'Linux has no limit of that name',
      'names are as in "nofile", "nproc", "core"',
    );
  const soft = parseLimit(match[2]!);
  const hard = parseLimit(match[3] ?? match[2]!);
  if (soft === undefined || hard === undefined)
    throw optionError(`"${text}" for --ulimit`, 'a number, or -1 for no limit, is wanted');
  if (hard !== -1 && (soft === -1 || soft > hard))
    throw optionError(`"${text}" for --ulimit`, 'the soft limit is above the hard one');
  return { type, soft, hard };
}

function parseLimit(text: string): number | undefined {
  if (text === '-1' || text === 'unlimited') return -1;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}
