/** What holds a table of nf_tables for as long as anybody has an address: native/guard.c alone, with a table of the test's. */
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { encodeBatch } from '../../abi/nftables/batch.ts';
import { deleteTable, newTable } from '../../abi/nftables/ruleset.ts';
import { tryLock } from '../../kernel/locks.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';
import { EXECUTOR } from './native-harness.ts';
import { TestHost } from './test-hosts.ts';

const host = new TestHost('guard');
let place: string;
const lock = () => `${place}/guard.lock`;
const lease = (address: string) => `${place}/leases/net/${address}`;

beforeEach(() => {
  place = mkdtempSync('/tmp/limpid-guard-');
  mkdirSync(`${place}/guard`);
  mkdirSync(`${place}/leases/net`, { recursive: true });
  // What leases have beside them: nobody's address.
  writeFileSync(lease('last'), '');
  symlinkSync('1', lease('last4'));
});
afterEach(async () => {
  rmSync(place, { recursive: true, force: true });
  await until('its processes are gone', () => processes().length === 0);
});
afterAll(() => host.drop());

const tables = () => host.does('nft list tables').trim();

/** Puts a transaction into its place that makes a table of this name, and takes those away. */
function write(table: string, ...others: readonly string[]): void {
  const anew = [table, ...others].flatMap((name) => [newTable(name, { owned: true }), deleteTable(name)]);
  const batch = encodeBatch([...anew, newTable(table, { owned: true })]);
  writeFileSync(`${place}/guard/new`, batch);
  renameSync(`${place}/guard/new`, `${place}/guard/batch`);
}

/** As a start does: with the lock in hand, which is the guard's from then on. */
function start(alsoOpen: readonly number[] = []): void {
  const taken = tryLock(lock());
  if (typeof taken === 'string') throw new Error(`the lock is ${taken}`);
  const words = [EXECUTOR, 'guard', '3', `${place}/guard/batch`, `${place}/leases`];
  Bun.spawn(['nsenter', `--net=${host.path}`, ...words], {
    stdio: ['ignore', 'ignore', 'ignore', taken.fd, ...alsoOpen],
  }).unref();
  taken.release();
}

function isLocked(): boolean {
  const taken = tryLock(lock());
  if (typeof taken === 'object') taken.release();
  return taken === 'busy';
}

/** The keeper and the guard, in this order. */
function processes(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ours = pids.filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(`\0${place}/guard/batch\0`));
  return ours.map(Number).toSorted((one, other) => one - other);
}

/** Whether the guard looks there for what goes. */
function isWatched(directory: string): boolean {
  const inode = statSync(directory).ino.toString(16);
  const open = `/proc/${processes()[1]}/fdinfo`;
  return readdirSync(open).some((fd) => textOf(`${open}/${fd}`).includes(` ino:${inode} `));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

test('the table is there, stays through a flush, and is changed by who renames another transaction into place', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  write('one');
  start();
  await until('the table is there', () => tables() === 'table inet one');
  host.does('nft flush ruleset');
  expect(tables()).toBe('table inet one');
  write('two', 'one');
  await until('the other is there', () => tables() === 'table inet two');
});

test('it keeps nothing open of whoever starts it, who may be waited for', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  write('one');
  const mine = openSync(`${place}/mine`, 'w');
  start([mine, mine]);
  closeSync(mine);
  await until('the table is there', () => tables() === 'table inet one');
  const links = processes().flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)),
  );
  expect(links).toContain(lock());
  expect(links).not.toContain(`${place}/mine`);
});

test('it ends behind the last lease, with the lock free and the table gone', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  mkdirSync(`${place}/leases/other`);
  symlinkSync('id', `${place}/leases/other/fd00::2`);
  write('one');
  start();
  await until('the table is there', () => tables() !== '');
  rmSync(lease('10.0.0.2'));
  await until('it has seen the other one', () => isWatched(`${place}/leases/other`));
  expect([isLocked(), tables()]).toEqual([true, 'table inet one']);
  rmSync(`${place}/leases/other/fd00::2`);
  await until('it has ended', () => processes().length === 0);
  expect([isLocked(), tables()]).toEqual([false, '']);
});

test('one that is killed is made again by its keeper, and the lock never is anybody else’s', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  write('one');
  start();
  await until('the table is there', () => tables() !== '');
  const [keeper, guard] = processes();
  kill(guard!);
  await until('another one is there', () => processes()[1] !== undefined && processes()[1] !== guard);
  expect([processes()[0], isLocked()]).toEqual([keeper!, true]);
  await until('its table is there', () => tables() !== '');
  // Without the keeper it goes on; without both the lock is free.
  const again = processes()[1]!;
  kill(keeper!);
  await until('the keeper is dead', () => processes().length === 1);
  expect([isLocked(), tables()]).toEqual([true, 'table inet one']);
  kill(again);
  await until('nobody has the lock', () => !isLocked());
  await until('the table is gone', () => tables() === '');
});

test('it ends with the directory of its transaction, whoever has an address then', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  write('one');
  start();
  await until('the table is there', () => tables() !== '');
  rmSync(`${place}/guard`, { recursive: true });
  await until('it has ended', () => processes().length === 0);
  expect(tables()).toBe('');
});

test('a transaction that is refused is tried again with the next change', async () => {
  symlinkSync('id', lease('10.0.0.2'));
  writeFileSync(`${place}/guard/batch`, encodeBatch([deleteTable('missing')]));
  start();
  write('one');
  await until('the table is there', () => tables() === 'table inet one');
});
