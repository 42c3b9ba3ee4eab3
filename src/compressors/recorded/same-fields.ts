/** Fields that say the same in nearly all records: said once, with the records that lack them. */
import type { Loose } from './loose-json.ts';

export interface Record {
  /** The number of its line. */
  readonly number: number;
  readonly value: Loose;
  readonly isCut: boolean;
}

export interface SameFields {
  /** Keys joined by a line break, as no key holds one unescaped. */
  readonly paths: ReadonlySet<string>;
  /** One phrase for all fields that the same records lack. */
  readonly phrases: readonly string[];
}

export const NEXT_KEY = '\n';
const MIN_RECORDS = 4;
/** Records that may lack a field which the others share: of all, and at most. */
const MAX_LACKING_SHARE = 0.34;
const MAX_LACKING = 12;
/** Longer values would cost more than they tell; they stay where they are, shortened. */
const MAX_CHARS = 160;

interface Field {
  readonly raw: string;
  readonly holders: Set<number>;
  isSame: boolean;
}

export function sameFields(records: readonly Record[]): SameFields {
  const whole = records.filter(({ isCut }) => !isCut);
  const fields = new Map<string, Field>();
  for (const record of records) collect(record.value, '', record.number, fields);
  const groups = new Map<string, string[]>();
  const paths = new Set<string>();
  for (const [path, { raw, holders, isSame }] of whole.length < MIN_RECORDS ? [] : fields) {
    // A record that is cut off may have held what it lacks.
    const lacking = records.filter(({ number }) => !holders.has(number)).map(({ number }) => number);
    if (!isSame || lacking.length > Math.min(MAX_LACKING, records.length * MAX_LACKING_SHARE)) continue;
    paths.add(path);
    const key = lacking.join(', ');
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key)!.push(`${path.replaceAll(NEXT_KEY, '.')}: ${raw}`);
  }
  const phrases = Array.from(
    groups,
    ([lacking, said]) => `in all${lacking === '' ? '' : ` but ${lacking}`}: ${said.join(', ')}`,
  );
  return { paths, phrases };
}

function collect(value: Loose, path: string, number: number, fields: Map<string, Field>): void {
  if (value.kind !== 'object') return;
  for (const [key, member] of value.members) {
    const at = path === '' ? key : path + NEXT_KEY + key;
    // Of an object the fields are asked, one by one.
    if (member.kind === 'object') collect(member, at, number, fields);
    else add(member, at, number, fields);
  }
}

function add(value: Loose, path: string, number: number, fields: Map<string, Field>): void {
  const raw = spelled(value);
  const field = fields.get(path);
  if (!field) fields.set(path, { raw: raw ?? '', holders: new Set([number]), isSame: raw !== undefined });
  else {
    if (field.raw !== raw || field.holders.has(number)) field.isSame = false;
    field.holders.add(number);
  }
}

function spelled(value: Loose): string | undefined {
  if (value.kind === 'list') return value.items.length === 0 ? '[]' : undefined;
  if (value.kind === 'object' || value.raw.length > MAX_CHARS) return undefined;
  return value.kind === 'text' ? `"${value.raw}"` : value.raw;
}
