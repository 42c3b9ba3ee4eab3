/** What every wire format promises of its requests as a provider's cache sees them. */
import { JsonDocument } from '../core/json/document.ts';
import { asArray, isJsonObject, type JsonPath, type JsonValue } from '../core/json/value.ts';
import type { Segment } from '../core/ledger.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { TestTools } from './format-contract.ts';

const LEVELS: readonly Segment['level'][] = ['tools', 'system', 'settings', 'messages'];

export function segmentContract(
  format: WireFormat,
  { name, bytes, list }: { readonly name: string; readonly bytes: Uint8Array; readonly list: JsonPath },
  { test, expect }: Pick<TestTools, 'test' | 'expect'>,
): void {
  const segmentsOf = (value: JsonValue): readonly Segment[] =>
    format.segments(JsonDocument.parse(Buffer.from(JSON.stringify(value)))).segments;
  const { value } = JsonDocument.parse(bytes);
  const identities = (segments: readonly Segment[]): readonly string[] => segments.map(({ identity }) => identity);

  test(`${name}: what can be shortened is in what its cache sees, level after level`, () => {
    const segments = segmentsOf(value);
    const wordings = segments.map(({ wording }) => wording);
    const results = format.read(JsonDocument.parse(bytes)).parts.filter(({ kind }) => kind === 'tool-result');
    for (const { source } of results) expect(wordings.some((wording) => wording.includes(source))).toBe(true);
    const ranks = segments.map(({ level }) => LEVELS.indexOf(level));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  test(`${name}: one message more is more segments, and none is another one`, () => {
    const messages = asArray(at(value, list));
    if (messages.length < 2) return;
    const fewer = identities(segmentsOf(replaced(value, list, messages.slice(0, -1))));
    expect(identities(segmentsOf(value)).slice(0, fewer.length)).toEqual(fewer);
  });

  test(`${name}: marks that only steer the cache change no segment`, () => {
    const unmarked = without(value, format.volatileKeys);
    expect(identities(segmentsOf(unmarked))).toEqual(identities(segmentsOf(value)));
  });
}

function at(value: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((place, key) => (isJsonObject(place) ? place[key] : undefined), value);
}

function replaced(value: JsonValue, [key, ...rest]: JsonPath, by: JsonValue): JsonValue {
  if (key === undefined || !isJsonObject(value)) return by;
  return { ...value, [key]: replaced(value[key] ?? null, rest, by) };
}

function without(value: JsonValue, keys: ReadonlySet<string>): JsonValue {
  return JSON.parse(
    JSON.stringify(value, (key, member: JsonValue) => (keys.has(key) ? undefined : member)),
  ) as JsonValue;
}
