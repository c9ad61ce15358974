import { ask, canAsk, readPiped } from '../../engine/ask.ts';
import { parseLoginTarget, type LoginTarget } from '../../engine/registries/login-target.ts';
import { defaultRegistry, knownLogin, logIn, notLoggedIn } from '../../engine/registries/login.ts';
import type { Credentials } from '../../engine/registries/login.ts';
import type { command } from '../commands/login.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

type Options = typeof command.options;

export const handle: Handler<Options> = async (invocation) => {
  const { args, options, typed, output } = invocation;
  const registry = await registryOptions(options, typed);
  const target = parseLoginTarget(args[0] ?? (await defaultRegistry(registry)));
  if (options['get-login']) {
    const known = await knownLogin(target, registry);
    if (known === undefined) throw notLoggedIn(target);
    await output.out(`${known.username}\n`);
    return 0;
  }
  const credentials = await credentialsFor(target, invocation);
  const place = await logIn(worldOf(invocation), target, credentials, registry);
  if (options.verbose) await output.out(`Used: ${place}\n`);
  await output.out('Login Succeeded!\n');
  return 0;
};

async function credentialsFor(target: LoginTarget, { options, typed }: Invocation<Options>): Promise<Credentials> {
  const { username, password, 'password-stdin': fromStdin } = options;
  if (fromStdin) {
    if (password !== undefined) throw optionError('--password-stdin', 'it excludes --password');
    if (username === undefined) throw optionError('--password-stdin', 'it needs --username');
    return checked(username, await readPiped());
  }
  if (username !== undefined && password !== undefined) return checked(username, password);
  if (!canAsk()) {
    const hint = 'give --username and --password-stdin';
    throw optionError('standard input', 'it is no terminal to ask for user and password on', hint);
  }
  const known = username === undefined ? await knownLogin(target, await registryOptions(options, typed)) : undefined;
  const suggested = known === undefined ? '' : ` (${known.username})`;
  const user = username ?? ((await ask(`Username${suggested}: `)) || (known?.username ?? ''));
  return checked(user, password ?? (await ask('Password: ', { hidden: true })));
}

function checked(username: string, password: string): Credentials {
  if (username === '') throw optionError('--username', 'it is empty');
  if (username.includes(':')) throw optionError('--username', 'it holds a colon, which ends a user name');
  if (password === '') throw optionError('--password', 'it is empty');
  return { username, password };
}
