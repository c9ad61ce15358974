import type { PortMapping } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';

/** For `--publish-all`: every exposed port that is not published yet, at any port of the host. */
export async function exposedPorts(
  world: World,
  config: ContainerConfig,
  published: readonly PortMapping[],
): Promise<PortMapping[]> {
  const ports: PortMapping[] = [];
  const known = new Set(published.map(({ protocol, containerPort }) => `${containerPort}/${protocol}`));
  for (const { protocol, containerPort } of [...(config.exposed ?? []), ...(await ofImage(world, config))]) {
    const name = `${containerPort}/${protocol}`;
    if (known.has(name)) continue;
    known.add(name);
    ports.push({ protocol, hostIp: '', hostPort: 0, containerPort });
  }
  return ports;
}

type Exposed = Pick<PortMapping, 'protocol' | 'containerPort'>;

async function ofImage(world: World, { rootfs }: ContainerConfig): Promise<Exposed[]> {
  if (rootfs.kind !== 'image') return [];
  const { imageConfig } = await import('../images/image-config.ts');
  return parseExposed(Object.keys(imageConfig(world, rootfs.id).config?.ExposedPorts ?? {}));
}

/** `80/tcp`, `80`, `8000-8010/udp`: an image may say anything, and what makes no sense is passed over. */
export function parseExposed(words: readonly string[]): Exposed[] {
  const ports: Exposed[] = [];
  for (const word of words) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(word);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    const protocol = (match[3]?.toLowerCase() ?? 'tcp') as PortMapping['protocol'];
    for (let port = Math.max(first, 1); port <= Math.min(last, 65535); port++) {
      ports.push({ protocol, containerPort: port });
    }
  }
  return ports;
}
