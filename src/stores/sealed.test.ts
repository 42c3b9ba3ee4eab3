import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import { storesContract } from '../testing/store-contract.ts';
import { checkStores, openStores } from './index.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';
import { fingerprintOf, hmac, sealed } from './sealed.ts';
import { Shelf } from './shelf.ts';
import { sqliteStores } from './sqlite.ts';
import { withUpkeep } from './upkeep.ts';
import type { Stored } from './wrapping.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-sealed-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const key: Uint8Array = randomBytes(32);
const pinOf = (part: string, text?: string): Pin => ({ key: hashOf(part), text, tokensBefore: 9, tokensAfter: 3 });
const sql = (path: string, statement: string): void => {
  const db = new DatabaseSync(path);
  db.exec(statement);
  db.close();
};
/** All bytes of the database and its companions. */
const bytesOf = (path: string): Buffer => {
  const home = join(path, '..');
  return Buffer.concat(readdirSync(home).map((file) => readFileSync(join(home, file))));
};

describe('encrypted sqlite stores', () => {
  storesContract(() => sqliteStores(freshPath(), { key }), { test, expect });
});
describe('encrypted sqlite stores, always cold', () => {
  storesContract(() => sqliteStores(freshPath(), { key, shelf: new Shelf(2) }), { test, expect });
});

describe('what an encrypted store leaves on disk (R-55)', () => {
  const SECRET = 'the canary sings: sk-secret-4711';

  test.each(['plain', 'with a lone surrogate \ud800'])('is no text, no hash of a text and no key: %s', (more) => {
    const path = freshPath();
    const text = `${SECRET} ${more}`;
    const stores = sqliteStores(path, { key });
    const original = stores.originals(hashOf('my credential')).put(text);
    const pin = pinOf('part', text);
    stores.sentLog('a').pin([pin, pinOf('alone')]);
    const found = bytesOf(path);
    stores.close();
    const secrets = [
      SECRET,
      Buffer.from(SECRET, 'utf16le'),
      original,
      pin.key,
      hashOf('my credential'),
      Buffer.from(key),
    ];
    const spellings = ['hex', 'base64'].map((spelling) => Buffer.from(key).toString(spelling as 'hex'));
    for (const secret of [...secrets, ...spellings]) expect(found.includes(secret)).toBe(false);
  });

  test('is another one each time, also for the same text', () => {
    const wrapping = sealed(key);
    const stored = Array.from({ length: 100 }, () => Buffer.from(wrapping.wrapOriginal('k', 'text')).toString('hex'));
    expect(new Set(stored).size).toBe(100);
    expect(new Set(stored.map((row) => row.slice(0, 26))).size).toBe(100);
  });
});

describe('a row that was encrypted', () => {
  test('is read only as what was written, whatever the text', () => {
    const wrapping = sealed(key);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (text, tokensBefore, tokensAfter) => {
        const pin = { key: hashOf('part'), text, tokensBefore, tokensAfter };
        expect(wrapping.unwrapPin(pin.key, wrapping.wrapPin(pin))).toEqual(pin);
        expect(wrapping.unwrapOriginal(hashOf(text), wrapping.wrapOriginal(hashOf(text), text))).toBe(text);
      }),
    );
  });

  test('with any bit changed, cut off, under another name, with other counts or by another key counts as missing', () => {
    const wrapping = sealed(key);
    const pin = pinOf('part', 'text of the part');
    const stored = wrapping.wrapPin(pin);
    const bytes = stored.text as Uint8Array;
    const refused = (text: Stored, of: string = pin.key): void =>
      expect(wrapping.unwrapPin(of, { ...stored, text })).toBeUndefined();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const torn = Uint8Array.from(bytes);
      torn[bit >> 3]! ^= 1 << (bit & 7);
      refused(torn);
    }
    for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
    refused(bytes, hashOf('another part'));
    refused('text of the part');
    expect(wrapping.unwrapPin(pin.key, { ...stored, tokensAfter: 4 })).toBeUndefined();
    expect(sealed(randomBytes(32)).unwrapPin(pin.key, stored)).toBeUndefined();
  });

  test('that was put in the place of another one counts as missing, and is said', () => {
    const path = freshPath();
    const told: string[] = [];
    const stores = sqliteStores(path, { key, shelf: new Shelf(2), tell: (message) => told.push(message) });
    const [one, two] = [stores.originals('a').put('one'), stores.originals('a').put('two')];
    sql(path, 'UPDATE originals SET text = (SELECT text FROM originals ORDER BY id DESC LIMIT 1)');
    expect(stores.originals('a').get(one)).toBeUndefined();
    expect(stores.originals('a').get(two)).toBe('two');
    expect(told).toHaveLength(1);
    stores.close();
  });
});

describe('the key of a store', () => {
  test('is needed from then on: none and a wrong one are said at the start, and change nothing', () => {
    const path = freshPath();
    sqliteStores(path, { key }).close();
    const before = readFileSync(path);
    for (const [other, reason] of [
      [undefined, 'it is encrypted, and no key is given'],
      [randomBytes(32), 'it is encrypted with another key'],
    ] as const) {
      expect(() => sqliteStores(path, { key: other })).toThrow(reason);
      expect(() => checkStores({ path, key: other })).toThrow(
        expect.objectContaining({
          code: 'BAD_OPTION',
          message: expect.stringContaining(`${path} is out of use (sealed`),
        }),
      );
      const warnings: string[] = [];
      const stores = openStores({ path, key: other, warn: (message) => warnings.push(message) });
      expect(warnings).toEqual([expect.stringContaining('--store-key-file')]);
      expect(() => stores.originals('a').put('text')).toThrow('in memory only');
      stores.close();
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    checkStores({ path, key });
  });

  test('may come later: what was kept openly is still read, and what is new is encrypted', () => {
    const path = freshPath();
    const open = sqliteStores(path);
    const old = open.originals('a').put('put openly');
    open.sentLog('a').pin([pinOf('old', 'pinned openly'), pinOf('alone')]);
    open.close();
    const stores = sqliteStores(path, { key });
    const fresh = stores.originals('a').put('put with a key');
    const pins = [pinOf('old', 'pinned again'), pinOf('alone', 'again'), pinOf('new', 'pinned with a key')];
    const held = [pinOf('old', 'pinned openly'), pinOf('alone'), pinOf('new', 'pinned with a key')];
    expect(stores.sentLog('a').pin(pins)).toEqual(held);
    stores.close();
    const later = sqliteStores(path, { key });
    expect(later.sentLog('a').recall(pins.map((pin) => pin.key))).toEqual(held);
    expect([old, fresh].map((one) => later.originals('a').get(one))).toEqual(['put openly', 'put with a key']);
    expect(later.originals('b').get(old)).toBeUndefined();
    expect(later.findOriginal(old)).toBe('put openly');
    later.close();
    const found = bytesOf(path);
    expect(found.includes('put with a key') || found.includes('pinned with a key')).toBe(false);
  });

  test('may be another one, or none, once all is purged', () => {
    const path = freshPath();
    const stores = sqliteStores(path, { key });
    stores.originals('a').put('text');
    stores.close();
    expect(withUpkeep({ path }, (upkeep) => upkeep.stats().isEncrypted)).toBe(true);
    expect(withUpkeep({ path }, (upkeep) => upkeep.purge(undefined))).toBe(1);
    sqliteStores(path).close();
    sqliteStores(path, { key: randomBytes(32) }).close();
  });

  test('names rows by HMAC-SHA-256', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string({ unit: 'grapheme' }), (bytes, text) => {
        const expected = createHmac('sha256', bytes).update(text).digest('base64url');
        expect(hmac(Buffer.from(bytes))(text)).toBe(expected);
      }),
    );
  });

  test('has a fingerprint that tells it from others, and nothing else', () => {
    expect(fingerprintOf(key)).toBe(fingerprintOf(Uint8Array.from(key)));
    expect(fingerprintOf(key)).not.toBe(fingerprintOf(randomBytes(32)));
    expect(fingerprintOf(key)).toMatch(/^~[\w-]{24}$/);
  });
});

describe('a key file', () => {
  test('is made for its owner only, with a new key, and never over another file', () => {
    const path = join(folder, 'keys', 'store.key');
    makeKeyFile(path);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    const made = readKeyFile(path);
    expect(made).toHaveLength(32);
    expect(() => makeKeyFile(path)).toThrow('not replaced');
    expect(readKeyFile(path)).toEqual(made);
  });

  test.each(['hex', 'base64', 'base64url'] as const)('may be %s', (spelling) => {
    const path = join(folder, `key.${spelling}`);
    writeFileSync(path, ` ${Buffer.from(key).toString(spelling)}\n`);
    expect(Buffer.from(readKeyFile(path)).equals(key)).toBe(true);
  });

  test.each([
    ['too short', 'c2VjcmV0LXdvcmQ='],
    ['too long', 'a'.repeat(65)],
    ['no text', '\0\u00ff secret-word'],
    ['something big', 'secret-word'.repeat(1_000_000)],
  ])('that is %s is refused, without showing it', (name, text) => {
    const path = join(folder, `bad ${name}`);
    writeFileSync(path, text);
    const refused = expect.objectContaining({
      code: 'BAD_OPTION',
      message: expect.not.stringMatching(/secret|c2Vj|aaaa/),
    });
    expect(() => readKeyFile(path)).toThrow(refused);
  });

  test('that is missing or a folder is refused with its path', () => {
    expect(() => readKeyFile(join(folder, 'nowhere'))).toThrow(`${join(folder, 'nowhere')} is missing`);
    mkdirSync(join(folder, 'a folder'));
    expect(() => readKeyFile(join(folder, 'a folder'))).toThrow('a folder');
  });
});
