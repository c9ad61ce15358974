import { ownHost } from '../host-view.ts';
import type { RegistryOptions } from '../options.ts';
import { userConfig } from '../settings/read-conf.ts';
import { parsePolicy, type Policy } from './policy-json.ts';
import { confFault } from '../settings/conf-fault.ts';

/** Where nobody has set up a policy, none is enforced. */
const NO_POLICY: Policy = { file: '', default: [{ type: 'insecureAcceptAnything' }], transports: new Map() };

/** `--signature-policy`, or the first policy.json of limpid's and containers' there is, the user's before the machine's. */
export async function readPolicy(options: RegistryOptions): Promise<Policy> {
  const { host = ownHost(), policyFile } = options;
  const user = userConfig(host);
  const files = [
    `${user}/limpid/policy.json`,
    '/etc/limpid/policy.json',
    `${user}/containers/policy.json`,
    '/etc/containers/policy.json',
  ];
  for (const file of policyFile === undefined ? files : [policyFile]) {
    const json = await host.readText(file);
    if (json !== undefined) return parsePolicy(json, file);
  }
  if (policyFile !== undefined) throw confFault(policyFile, '', 'there is no such file');
  return NO_POLICY;
}
