/** Learned state as a file: hashes and counts, and the salt only where it is to be used in another installation. */
import { COUNTERS, type Counts, type Learned, type LearnedRow } from '../core/importance.ts';
import { HeadroomError } from '../core/errors.ts';
import { isHash } from '../core/hash.ts';
import { asArray, asObject, type JsonValue } from '../core/json/value.ts';
import { realmOf } from './names.ts';
import { merge } from './rows.ts';

const VERSION = 1;
const SALT = /^[0-9a-f]{32,128}$/;

export interface ExportedFile {
  readonly realm: string;
  readonly salt: string | undefined;
  readonly rows: readonly LearnedRow[];
}

export function writeExport({ salt, rows }: Learned, isWithSalt: boolean): string {
  const said = merge(rows).map(({ owner, shape, place, counts }) => ({
    owner,
    shape,
    ...(place !== '' && { place }),
    ...Object.fromEntries(COUNTERS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]])),
  }));
  const head = { headroomLearned: VERSION, realm: realmOf(salt), ...(isWithSalt && { salt }) };
  const lines = said.map((row) => JSON.stringify(row)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines}\n]}\n`;
}

/** @throws HeadroomError UNREADABLE_FILE for anything that `writeExport` does not write. */
export function readExport(text: string): ExportedFile {
  const file = asObject(parse(text));
  if (file['headroomLearned'] !== VERSION) throw unreadable('it is no export of a version that this Headroom knows');
  const { realm, salt } = file;
  if (typeof realm !== 'string' || !isHash(realm)) throw unreadable('it does not say where it comes from');
  if (salt !== undefined && (typeof salt !== 'string' || !SALT.test(salt) || realmOf(salt) !== realm))
    throw unreadable('its salt is not the one that it was made with');
  return { realm, salt: salt as string | undefined, rows: merge(asArray(file['rows']).map(rowIn)) };
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw unreadable('it is no JSON');
  }
}

function rowIn(value: JsonValue, at: number): LearnedRow {
  const { owner, shape, place = '', ...counts } = asObject(value);
  const isName = (name: unknown): name is string => typeof name === 'string' && isHash(name);
  const isCounted = Object.entries(counts).every(
    ([name, count]) => COUNTERS.some((known) => known === name) && Number.isSafeInteger(count) && Number(count) > 0,
  );
  if (!isName(owner) || !isName(shape) || !(place === '' || isName(place)) || !isCounted)
    throw unreadable(`row ${at + 1} is none`);
  const all = COUNTERS.map((name) => [name, Number(counts[name] ?? 0)]);
  return { owner, shape, place, counts: Object.fromEntries(all) as Counts };
}

function unreadable(why: string): HeadroomError {
  return new HeadroomError('UNREADABLE_FILE', `nothing was taken from this file: ${why}`);
}
