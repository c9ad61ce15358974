import { LimpidError } from '../../base/error.ts';
import { readText } from '../../kernel/files.ts';

/** Where a Docker daemon listens, and what fetch has to know to get there. */
export interface DockerHost {
  /** As people write it. */
  readonly shown: string;
  /** What the paths of its API are appended to. */
  readonly origin: string;
  readonly options: BunFetchRequestInit;
}

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const HINT = 'unix://PATH and tcp://HOST:PORT are spoken to';

/**
 * `DOCKER_HOST` as Docker's own client reads it: a socket, or TCP, which is TLS with `DOCKER_TLS_VERIFY` and then by the
 * certificates in `DOCKER_CERT_PATH`. `name` is for messages.
 */
export function dockerHost(name: string, env: Readonly<Record<string, string | undefined>> = Bun.env): DockerHost {
  const host = env['DOCKER_HOST'] || DEFAULT_HOST;
  if (host.startsWith('unix://')) {
    const unix = host.slice('unix://'.length);
    return { shown: unix, origin: 'http://docker', options: { unix } as BunFetchRequestInit };
  }
  const url = host.startsWith('tcp://') ? URL.parse(`http://${host.slice('tcp://'.length)}`) : null;
  if (url === null || url.pathname !== '/' || url.username !== '') {
    const why = `DOCKER_HOST is "${host}"`;
    throw new LimpidError({ code: 'EDOCKER', doing: 'reach', subject: `"${name}"`, why, hint: HINT });
  }
  // A proxy has no business between the two, as Docker's client does not ask one either for what is near.
  const options = { proxy: false } as unknown as BunFetchRequestInit;
  if (!env['DOCKER_TLS_VERIFY']) return { shown: host, origin: `http://${url.host}`, options };
  const port = url.port === '' ? ':2376' : '';
  return { shown: host, origin: `https://${url.host}${port}`, options: { ...options, tls: certificates(env) } };
}

/** What is not there is not sent: the daemon decides whether it asks for it. */
function certificates(env: Readonly<Record<string, string | undefined>>): BunFetchRequestInitTLS {
  const directory = env['DOCKER_CERT_PATH'] || `${env['HOME'] ?? '/root'}/.docker`;
  const tls: Record<string, string> = {};
  for (const [key, file] of [
    ['ca', 'ca.pem'],
    ['cert', 'cert.pem'],
    ['key', 'key.pem'],
  ] as const) {
    const text = readText(`${directory}/${file}`);
    if (text !== undefined) tls[key] = text;
  }
  return tls;
}
