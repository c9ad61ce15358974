import type { ContainerConfig, NamespaceMode } from '../../engine/config.ts';
import type { NetworkAttachment } from '../../spec/network.ts';
import { optionError } from '../parse/option-error.ts';
import { attachmentOf, checkAttachments, withContainerOptions } from './network-attachment.ts';
import { commonMode } from './namespace-mode.ts';
import type { CreateRequest } from './request.ts';

/** What `--network` asks for: a mode of the namespace, or networks to be on. */
export interface NetworkChoice {
  readonly mode: NamespaceMode;
  readonly attachments: readonly NetworkAttachment[];
}

/** As with podman; a program that uses the engine asks for its networks itself. */
const DEFAULT_MODE = 'bridge';

const PRIVATE: NamespaceMode = { kind: 'private' };

/** Reads `--network` and the options that go with it. Throws EOPTION. */
export function chooseNetwork(request: CreateRequest): NetworkChoice {
  request.because('linux.namespaces[network]', 'network');
  const words = networkWords(request);
  const [first = '', second] = words;
  const single = second === undefined ? singleMode(request, first) : undefined;
  if (single !== undefined) {
    refuseWithoutNetwork(request, first);
    return { mode: single, attachments: [] };
  }
  const mode = words.find((word) => singleMode(request, word) !== undefined);
  if (mode !== undefined)
    throw optionError(
      request.flag('network'),
      `"${mode}" is not one of several networks`,
      'give one mode, or networks',
    );
  if (second !== undefined && words.includes('')) throw optionError(request.flag('network'), 'a name is missing');
  const attachments = words.map((word) => attachmentOf(request, word));
  const options = withContainerOptions(request, attachments);
  checkAttachments(request, options);
  return { mode: PRIVATE, attachments: options };
}

/** `--network a,b` is as good as two; commas behind a colon belong to the options of one. */
function networkWords(request: CreateRequest): readonly string[] {
  const words: string[] = [];
  for (const text of request.options.network) {
    if (text.includes(':') || !text.includes(',')) words.push(text);
    else words.push(...text.split(','));
  }
  return words.length > 0 ? words : [DEFAULT_MODE];
}

function singleMode(request: CreateRequest, text: string): NamespaceMode | undefined {
  if (text === 'none') return { kind: 'none' };
  if (text === '' || text === 'private') return undefined;
  if (text === 'slirp4netns' || text === 'pasta' || text.startsWith('slirp4netns:') || text.startsWith('pasta:'))
    throw optionError(request.flag('network'), 'it is for rootless containers', 'use bridge, or a network of your own');
  return commonMode(text, 'network');
}

const NEEDS_NETWORK = ['ip', 'ip6', 'mac-address', 'network-alias'] as const;

function refuseWithoutNetwork(request: CreateRequest, word: string): void {
  for (const name of NEEDS_NETWORK) {
    if (request.given(name))
      throw optionError(request.flag(name), `it excludes --network ${word}: there is no network`);
  }
}

/** `networks` of the config, only where there are any. */
export function networkFields({ attachments }: NetworkChoice): Pick<ContainerConfig, 'networks'> {
  return attachments.length === 0 ? {} : { networks: attachments };
}
