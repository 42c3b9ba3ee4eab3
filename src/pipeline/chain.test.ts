import { expect, test } from 'vitest';
import { JsonDocument } from '../core/json/document.ts';
import type { JsonValue } from '../core/json/value.ts';
import { gemini } from '../formats/gemini/format.ts';
import { chainOf } from './chain.ts';

test('a result has the same address wherever its messages stand in the body', () => {
  const contents = [{ role: 'user', parts: [{}, {}, { functionResponse: { response: { output: 'x' } } }] }];
  const bodies: readonly JsonValue[] = [
    { contents },
    { request: { contents } },
    { generateContentRequest: { contents } },
  ];
  const addresses = bodies.map((body) => {
    const conversation = gemini.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
    return [...chainOf(conversation, gemini.volatileKeys).results.values()];
  });
  expect(addresses[0]!.length).toBe(1);
  expect(addresses[1]).toEqual(addresses[0]);
  expect(addresses[2]).toEqual(addresses[0]);
});
