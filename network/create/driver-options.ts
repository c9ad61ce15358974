import { LimpidError } from '../../base/error.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { IPVLAN_MODES, MACVLAN_MODES } from '../sub-interface.ts';

/** What `--opt` says, understood. */
export interface DriverOptions {
  readonly isolate: NetworkConfig['isolate'];
  readonly noDefaultRoute: boolean;
  readonly parent?: string;
  readonly numbers: Pick<NetworkConfig, 'mtu' | 'vlan' | 'metric'>;
  /** All of them, under podman's names. */
  readonly asGiven: Readonly<Record<string, string>>;
}

const DOCKER_NAMES: Readonly<Record<string, string>> = {
  'com.docker.network.driver.mtu': 'mtu',
  'com.docker.network.bridge.name': 'parent',
};

const RANGES = { mtu: [68, 65535], vlan: [1, 4094], metric: [1, 0xffffffff] } as const;

/** Reads the options of a driver. Throws EOPTION for unknown ones and for values that cannot be. */
export function driverOptions(driver: NetworkConfig['driver'], given: Readonly<Record<string, string>>): DriverOptions {
  const known =
    driver === 'bridge'
      ? ['mtu', 'vlan', 'metric', 'isolate', 'no_default_route', 'parent']
      : ['mtu', 'metric', 'mode', 'no_default_route', 'parent'];
  const options: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const own = DOCKER_NAMES[name] ?? name;
    if (!known.includes(own)) throw optionError(`${name}=${value}`, `${withArticle(driver)} has ${known.join(', ')}`);
    options[own] = value;
  }
  checkMode(driver, options['mode']);
  const { parent } = options;
  return {
    isolate: options['isolate'] === 'strict' ? 'strict' : boolean('isolate', options['isolate'], ', strict'),
    noDefaultRoute: boolean('no_default_route', options['no_default_route']),
    ...(parent === undefined ? {} : { parent }),
    numbers: {
      ...number('mtu', options['mtu']),
      ...number('vlan', options['vlan']),
      ...number('metric', options['metric']),
    },
    asGiven: options,
  };
}

function number(name: keyof typeof RANGES, text: string | undefined): Pick<NetworkConfig, 'mtu' | 'vlan' | 'metric'> {
  if (text === undefined) return {};
  const [least, most] = RANGES[name];
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw optionError(`${name}=${text}`, `${least} to ${most} is wanted`);
  return { [name]: value };
}

function boolean(name: string, text: string | undefined, more = ''): boolean {
  if (text === undefined) return false;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw optionError(`${name}=${text}`, `true, false${more} is wanted`);
}

function checkMode(driver: NetworkConfig['driver'], mode: string | undefined): void {
  if (mode === undefined) return;
  const modes = Object.keys(driver === 'ipvlan' ? IPVLAN_MODES : MACVLAN_MODES);
  if (!modes.includes(mode)) throw optionError(`mode=${mode}`, `${withArticle(driver)} has ${modes.join(', ')}`);
}

function withArticle(driver: NetworkConfig['driver']): string {
  return driver === 'ipvlan' ? 'an ipvlan' : `a ${driver}`;
}

function optionError(option: string, why: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'use', subject: `--opt ${option}`, why });
}
