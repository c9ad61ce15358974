import { hostHostname } from '../../kernel/hostname.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { addedHosts, HOST_NAMES } from '../../network/names/hosts-file.ts';
import type { ContainerConfig } from '../config.ts';
import { findRecord } from '../records/read.ts';
import { containerHostname } from '../spec/hostname.ts';
import type { World } from '../world.ts';
import type { EtcTexts } from './etc-texts.ts';

/** Of a container in the network of another: names as that one has them now, and its own behind them. Throws ENOCONTAINER. */
export function joinedEtcTexts(world: World, config: ContainerConfig, container: string): EtcTexts {
  const { runtime } = findRecord(world, container).paths;
  const resolvConf = readKernelFile(`${runtime}/resolv.conf`) ?? '';
  const theirs = readKernelFile(`${runtime}/hosts`);
  if (config.names?.noHosts || theirs === undefined) return { resolvConf };
  const host = theirs.split('\n').find((line) => line.endsWith(`\t${HOST_NAMES}`));
  const added = addedHosts(config.names?.hosts ?? [], host?.slice(0, host.indexOf('\t')));
  return { hosts: `${added}${theirs}127.0.1.1\t${containerHostname(config, hostHostname())}\n`, resolvConf };
}
