import type { Resources, ThrottleDevice } from '../../spec/runtime.ts';
import { parseSize } from '../../base/size.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

type BlockIo = NonNullable<Resources['blockIO']>;
const THROTTLES = [
  ['throttleReadBpsDevice', 'device-read-bps', 'a size such as "1mb"', parseSize],
  ['throttleWriteBpsDevice', 'device-write-bps', 'a size such as "1mb"', parseSize],
  ['throttleReadIOPSDevice', 'device-read-iops', 'a number', parseCount],
  ['throttleWriteIOPSDevice', 'device-write-iops', 'a number', parseCount],
] as const;

/** The runtime spec's `linux.resources.blockIO`; devices are looked up for their numbers. */
export function translateBlockIo(request: CreateRequest): BlockIo {
  const { options } = request;
  const blockIO: BlockIo = {};
  const weight = options['blkio-weight'];
  if (weight !== undefined && weight !== 0) {
    checkWeight(weight, request.flag('blkio-weight'));
    blockIO.weight = weight;
    request.because('linux.resources.blockIO.weight', 'blkio-weight');
  }
  const weights = options['blkio-weight-device'].map((text) => weightOfDevice(request, text));
  if (weights.length > 0) blockIO.weightDevice = weights;
  request.because('linux.resources.blockIO.weightDevice', 'blkio-weight-device');
  for (const [field, name, wanted, parse] of THROTTLES) {
    if (options[name].length === 0) continue;
    blockIO[field] = options[name].map((text) => throttle(request, text, `--${name}`, wanted, parse));
    request.because(`linux.resources.blockIO.${field}`, name);
  }
  return blockIO;
}

function weightOfDevice(request: CreateRequest, text: string): { major: number; minor: number; weight: number } {
  const [device, value] = splitDevice(request, text, '--blkio-weight-device');
  const weight = parseCount(value) ?? 0;
  checkWeight(weight, `--blkio-weight-device ${text}`);
  return { ...device, weight };
}

function throttle(
  request: CreateRequest,
  text: string,
  flag: string,
  wanted: string,
  parse: (text: string) => number | undefined,
): ThrottleDevice {
  const [device, value] = splitDevice(request, text, flag);
  const rate = parse(value);
  if (rate === undefined || rate === 0)
    throw optionError(`${JSON.stringify(text)} for ${flag}`, `DEVICE:${wanted} is wanted`);
  return { ...device, rate };
}

function splitDevice(request: CreateRequest, text: string, flag: string): [{ major: number; minor: number }, string] {
  const colon = text.lastIndexOf(':');
  const path = text.slice(0, Math.max(colon, 0));
  if (!path.startsWith('/'))
    throw optionError(
      `${JSON.stringify(text)} for ${flag}`,
      'a device such as /dev/sda, a colon and a value are wanted',
    );
  const device = request.host.deviceNumber(path);
  if (device === undefined) throw optionError(`${JSON.stringify(text)} for ${flag}`, `there is no device "${path}"`);
  return [device, text.slice(colon + 1)];
}

function checkWeight(weight: number, flag: string): void {
  if (weight < 10 || weight > 1000) throw optionError(flag, '10 to 1000 is wanted');
}

function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
