import type { ContainerConfig } from '../config.ts';
import { endpointsText } from '../networks/endpoint-record.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import { BLANK, cutOut, type Piece } from './blanks.ts';
import { ownIds, type OwnThings } from './own-things.ts';

/** A config as it is written, for another container. */
export function configPieces(config: ContainerConfig): Piece[] {
  const text = JSON.stringify({ ...config, name: undefined, created: undefined }).slice(1);
  const ids = ownIds(config.id);
  const [begin, between, end] = ['{"name":"', '","created":"', '",'].map((text) => Buffer.from(text));
  const [before, command, after] = aroundCommand(text, config);
  const rest = [...cutOut(Buffer.from(before), ids), ...command, ...cutOut(Buffer.from(after), ids)];
  return [begin!, BLANK.name, between!, BLANK.created, end!, ...rest];
}

/** What was typed: the name stands behind the first `--name`, as in `maskName`; elsewhere the same word is another's. */
function aroundCommand(
  text: string,
  { createCommand, nameIsRandom }: ContainerConfig,
): [before: string, command: Piece[], after: string] {
  if (createCommand === undefined) return [text, [], ''];
  const list = JSON.stringify(createCommand);
  const at = text.indexOf(`"createCommand":${list}`) + '"createCommand":'.length;
  const [before, after] = [text.slice(0, at), text.slice(at + list.length)];
  const named = nameIsRandom ? -1 : createCommand.indexOf('--name');
  if (named < 0) return [before, [Buffer.from(list)], after];
  const begin = JSON.stringify(createCommand.slice(0, named + 1)).slice(0, -1);
  const end = JSON.stringify(createCommand.slice(named + 2)).slice(1);
  return [before, [Buffer.from(`${begin},"`), BLANK.name, Buffer.from(`",${end}`)], after];
}

/** Where it is on its networks, for another container. */
export function endpointPieces(networks: PreparedNetworks, { ofEndpoint }: OwnThings): Piece[] {
  return cutOut(Buffer.from(endpointsText(networks)), ofEndpoint);
}
