/** The built program on a test host, which has a cable to another machine. */
import { beforeAll, expect } from 'bun:test';
import { atTheEnd } from '../at-the-end.ts';
import { cable, NetworkPlace, TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld, type Result } from './limpid.ts';

export interface LabNetwork {
  readonly host: TestHost;
  readonly lan: TestHost;
  /** A directory that is removed afterwards. */
  readonly directory: string;
  /** The installed program. */
  readonly program: string;
  /** Runs `limpid` on the host to its end. */
  limpid(...words: string[]): Promise<Result>;
  /** As `limpid`, which must go well and say nothing on stderr; what it prints. */
  says(...words: string[]): Promise<string>;
  /** Runs a container that does nothing, with these options; its network namespace, for real programs in it. */
  inside(name: string, ...options: string[]): Promise<NetworkPlace>;
  /** The network namespace of a running container. */
  placeOf(container: string): Promise<NetworkPlace>;
}

const LAN = 'eth0 192.168.7.2/24 fd07::2/64';
const HOST = 'eth0 192.168.7.1/24 fd07::1/64';

/** Made before a file's tests, and gone behind them with all containers. */
export function labNetwork(): LabNetwork {
  const places: NetworkPlace[] = [];
  const lan = new TestHost('lan');
  const host = new TestHost('host');
  atTheEnd(() => lan.drop());
  atTheEnd(() => host.drop());
  const world = privateWorld();
  atTheEnd(async () => {
    for (const place of places) await place.leave();
    const ids = (await world.limpid('ps', '-aq')).out.split('\n').filter(Boolean);
    if (ids.length > 0) await limpid('rm', '-f', '-t', '0', ...ids);
  });
  beforeAll(() => cable(lan, LAN, host, HOST));

  const limpid = (...words: string[]) => world.limpidWith({ through: ['nsenter', `--net=${host.path}`] }, ...words);
  const says = async (...words: string[]) => {
    const { code, out, err } = await limpid(...words);
    expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
    return out.replace(/\n$/, '');
  };
  const placeOf = async (container: string) => {
    const place = new NetworkPlace(`/proc/${await says('inspect', '--format={{.State.Pid}}', container)}/ns/net`);
    places.push(place);
    return place;
  };
  return {
    host,
    lan,
    directory: world.directory,
    program: world.program,
    limpid,
    says,
    placeOf,
    async inside(name, ...options) {
      await says('run', '-d', '--name', name, ...options, BUSYBOX, 'sleep', 'infinity');
      return placeOf(name);
    },
  };
}
