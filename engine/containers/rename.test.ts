import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { makeSymlink } from '../../kernel/files.ts';
import { idOfName } from '../records/names.ts';
import { nameClaim } from '../records/paths.ts';
import { findRecord, readRecord } from '../records/read.ts';
import { createRecord } from '../records/write.ts';
import { sampleConfig } from '../spec/sample.fixture.ts';
import { World } from '../world.ts';
import { containerExists } from './exists.ts';
import { renameContainer } from './rename.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
let directory: string;
let world: World;

beforeEach(() => {
  directory = mkdtempSync('/tmp/limpid-rename-');
  world = new World({ root: `${directory}/root`, runroot: `${directory}/run` });
});
afterEach(() => rmSync(directory, { recursive: true }));

const create = (id: string, name: string) => createRecord(world, sampleConfig({ id, name })).lock.release();
function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof LimpidError ? error.code : String(error);
  }
  return undefined;
}

test('the new name leads to it, the old one to nobody', () => {
  create(A, 'old');
  expect(renameContainer(world, 'old', 'new').config.name).toBe('old');
  expect(findRecord(world, 'new').config).toEqual(sampleConfig({ id: A, name: 'new' }));
  expect(containerExists(world, 'old')).toBe(false);
  create(B, 'old');
  expect(idOfName(world, 'old')).toBe(B);
});

test('a name in use stays with its holder', () => {
  create(A, 'one');
  create(B, 'two');
  expect(codeOf(() => renameContainer(world, 'one', 'two'))).toBe('ENAMEINUSE');
  expect([idOfName(world, 'one'), idOfName(world, 'two')]).toEqual([A, B]);
});

test('killed before the record was written: it keeps its name, and the other is free', () => {
  create(A, 'old');
  makeSymlink(nameClaim(world, 'new'), A);
  expect(readRecord(world, A)?.config.name).toBe('old');
  create(B, 'new');
  expect(idOfName(world, 'new')).toBe(B);
  expect(findRecord(world, 'old').config.id).toBe(A);
});

test('killed before the old name was released: it has the new one, and the old one is free', () => {
  create(A, 'old');
  renameContainer(world, A, 'new');
  makeSymlink(nameClaim(world, 'old'), A);
  create(B, 'old');
  expect([findRecord(world, 'old').config.id, findRecord(world, 'new').config.id]).toEqual([B, A]);
});

test('not what is no name, and not while another command is at work on it', () => {
  create(A, 'old');
  expect(codeOf(() => renameContainer(world, 'old', '../x'))).toBe('EOPTION');
  const { lock } = createRecord(world, sampleConfig({ id: B, name: 'busy' }));
  expect(codeOf(() => renameContainer(world, 'busy', 'new'))).toBe('EBUSY');
  lock.release();
  expect(codeOf(() => renameContainer(world, 'none', 'new'))).toBe('ENOCONTAINER');
});
