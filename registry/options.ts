import { ownHost, type HostView } from './host-view.ts';

/** What may be given with a user's name. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How patient a transfer is. */
export interface Pacing {
  /** Tries of one request, the first included; a transfer that moves forward starts counting anew. */
  readonly tries: number;
  /** Before the second try; doubled before each further one. */
  readonly firstDelayMs: number;
  /** No wait is longer; a registry that asks for more has failed. */
  readonly longestDelayMs: number;
  /** Until the head of an answer is there. */
  readonly answerTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly stallTimeoutMs: number;
}

/** What a command line or a program may say about registries; each field unset means: as the files say. */
export interface RegistryOptions {
  /** The machine's environment and files: the process's own unless said. */
  readonly host?: HostView;
  /** `--tls-verify`. False also allows plain HTTP. */
  readonly tlsVerify?: boolean;
  /** `--cert-dir`: holds ca.crt, client.cert, client.key. */
  readonly certDirectory?: string;
  /** `--authfile`. */
  readonly authFile?: string;
  /** `--creds`: instead of what files and helpers know. */
  readonly credentials?: Credentials;
  /** `--signature-policy`: another policy.json. */
  readonly policyFile?: string;
  readonly pacing?: Partial<Pacing>;
  /** Hears of waits and further tries, a line each. */
  readonly notice?: (line: string) => void;
}

const PATIENT: Pacing = {
  tries: 5,
  firstDelayMs: 300,
  longestDelayMs: 60_000,
  answerTimeoutMs: 60_000,
  stallTimeoutMs: 20_000,
};

/** `LIMPID_STALL_SECONDS` in the environment: how long a transfer may stand still. */
export function pacingOf({ pacing, host = ownHost() }: RegistryOptions): Pacing {
  const seconds = Number(host.env['LIMPID_STALL_SECONDS'] ?? Number.NaN);
  return { ...PATIENT, ...(seconds > 0 ? { stallTimeoutMs: seconds * 1000 } : {}), ...pacing };
}
