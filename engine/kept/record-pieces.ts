import type { ContainerConfig } from '../config.ts';
import { endpointsText } from '../networks/endpoint-record.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import { BLANK, cutOut, type Piece } from './blanks.ts';
import { ownIds, type OwnThings } from './own-things.ts';

/** A config as it is written, for another container. */
export function configPieces(config: ContainerConfig): Piece[] {
  const text = JSON.stringify({ ...config, name: undefined, created: undefined });
  const rest = cutOut(Buffer.from(text.slice(1)), ownIds(config.id));
  const [begin, between, end] = ['{"name":"', '","created":"', '",'].map((text) => Buffer.from(text));
  return [begin!, BLANK.name, between!, BLANK.created, end!, ...rest];
}

/** Where it is on its networks, for another container. */
export function endpointPieces(networks: PreparedNetworks, { ofEndpoint }: OwnThings): Piece[] {
  return cutOut(Buffer.from(endpointsText(networks)), ofEndpoint);
}
