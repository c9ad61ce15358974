import { deleteInterfaceMessage } from '../../abi/netlink/interface.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { listDirectory, readKernelFile } from '../../kernel/files.ts';
import { libc } from '../../kernel/libc.ts';
import type { ProcessIdentity } from '../../kernel/process.ts';
import { rtnetlink } from '../../network/endpoint-ops.ts';
import { hostInterfacePrefix } from '../../network/endpoints.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';

/** The host's ends of interfaces that a failed or killed `network connect` left of a running container: these are gone then. */
export async function removeHalfMade(
  world: World,
  { id }: ContainerConfig,
  endpoints: readonly Endpoint[],
): Promise<void> {
  const prefix = hostInterfacePrefix(id);
  const known = endpoints.map(({ hostInterface }) => hostInterface);
  // Of the network namespace that we are in, whatever is mounted at /sys.
  const found = listDirectory('/proc/sys/net/ipv4/conf').filter((name) => name.startsWith(prefix));
  const plan = found
    .filter((name) => !known.includes(name))
    .map((name) => {
      const message = { message: deleteInterfaceMessage(name), indexAt: -1, pidAt: -1 };
      return { ...rtnetlink('host', 'no network of the container has it', message, ''), missingOk: true };
    });
  if (plan.length > 0) libc.close(launchPlan({ plan, executor: await world.executor }).controlFd);
}

/** The names of all interfaces that a process sees. */
export function interfacesInside({ pid }: ProcessIdentity): string[] {
  const lines = (readKernelFile(`/proc/${pid}/net/dev`) ?? '').split('\n').slice(2);
  return lines.map((line) => line.slice(0, Math.max(0, line.lastIndexOf(':'))).trim()).filter((name) => name !== '');
}
