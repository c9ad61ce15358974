/** A real registry for tests: Debian's docker-registry on a free port of this machine, with its images in a directory of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

export interface Registry {
  /** `127.0.0.1:PORT`, as it stands before a repository's name. */
  readonly host: string;
  /** Where its blobs are; a test may damage them. */
  readonly directory: string;
  /** What it has logged so far: one line a request among others. */
  log(): string;
  stop(): Promise<void>;
}

export interface RegistryChoices {
  /** Further lines of its configuration (YAML), such as an `auth:` section. */
  readonly config?: string;
  /** Who may use it, and their passwords: with Basic authorization. */
  readonly users?: Readonly<Record<string, string>>;
  /** Speaks TLS by a certificate of its own, `tls.crt` in its directory, for 127.0.0.1 and localhost. */
  readonly tls?: boolean;
  /** The directory, for one that is started again; it is kept then. */
  readonly directory?: string;
}

/** Starts it, and waits until it answers. */
export async function startRegistry({
  config = '',
  users,
  tls = false,
  directory: given,
}: RegistryChoices = {}): Promise<Registry> {
  const directory = given ?? mkdtempSync('/tmp/limpid-registry-');
  mkdirSync(directory, { recursive: true });
  const port = freePort();
  const host = `127.0.0.1:${port}`;
  const file = `${directory}/config.yml`;
  writeFileSync(
    file,
    `version: 0.1\nlog: {level: info, accesslog: {disabled: false}}\n` +
      `storage: {filesystem: {rootdirectory: ${directory}/data}, delete: {enabled: true}}\n` +
      `http: {addr: "${host}", headers: {}${tls ? certificate(directory) : ''}}\n` +
      `${users === undefined ? '' : await passwords(directory, users)}${config}`,
  );
  const logFile = `${directory}/log`;
  const errorsFile = `${directory}/errors`;
  const child = Bun.spawn(['docker-registry', 'serve', file], {
    stdin: 'ignore',
    stdout: Bun.file(logFile),
    stderr: Bun.file(errorsFile),
    env: { PATH: process.env['PATH'] },
  });
  await answering(`${tls ? 'https' : 'http'}://${host}`, child);
  return {
    host,
    directory,
    log: () => readFileSync(logFile, 'utf8') + readFileSync(errorsFile, 'utf8'),
    async stop() {
      child.kill();
      await child.exited;
      if (given === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Makes a key and a certificate that signs itself; answers the words of the configuration. */
function certificate(directory: string): string {
  const request =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=limpid-test ` +
    `-addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout ${directory}/tls.key -out ${directory}/tls.crt`;
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...request.split(' ')]);
  if (exitCode !== 0) throw new Error(`openssl: ${stderr}`);
  return `, tls: {certificate: ${directory}/tls.crt, key: ${directory}/tls.key}`;
}

async function passwords(directory: string, users: Readonly<Record<string, string>>): Promise<string> {
  const hash = (password: string) => Bun.password.hash(password, { algorithm: 'bcrypt', cost: 4 });
  const lines = await Promise.all(Object.entries(users).map(async ([user, word]) => `${user}:${await hash(word)}\n`));
  writeFileSync(`${directory}/htpasswd`, lines.join(''));
  return `auth: {htpasswd: {realm: test, path: ${directory}/htpasswd}}\n`;
}

/** One that nobody listens on at this moment. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function answering(origin: string, child: Bun.Subprocess): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}`);
    const answer = await fetch(`${origin}/v2/`, { tls: { rejectUnauthorized: false } }).catch(() => undefined);
    if (answer !== undefined) return;
    await Bun.sleep(10);
  }
  throw new Error('docker-registry does not answer');
}
