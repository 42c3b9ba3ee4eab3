import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../core/json/value.ts';
import { blend } from './shapes.ts';

const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

describe('an original as something else says it', () => {
  test('is that, and the very thing that came where both say the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [came, said] = [json(one), json(other)];
        expect(json(blend(came, said))).toEqual(said);
        expect(blend(came, json(came))).toBe(came);
        expect((blend([came, 1], [json(came), 2]) as unknown[])[0]).toBe(came);
      }),
    );
  });

  test('keeps what JSON does not know', () => {
    const sent = new Date(0);
    const came = { text: 'long', sent, left: undefined, run: () => 1, odd: Number.NaN, more: [undefined, new Map()] };
    const said = blend(came, { ...(json(came) as object), text: 'short', cache: true });
    expect(said).toEqual({ ...came, text: 'short', cache: true });
    expect((said as typeof came).sent).toBe(sent);
    expect((said as typeof came).more).toBe(came.more);
    expect(blend(came, json(came))).toBe(came);
  });

  test('is whole where something else has taken its place', () => {
    const [read, list] = [
      { name: 'read', limit: 10, strict: true },
      { name: 'list', limit: 7 },
    ];
    const said = blend([read, list], [list, { ...read, mark: 1 }]);
    expect(said).toEqual([list, { ...read, mark: 1 }]);
  });
});
