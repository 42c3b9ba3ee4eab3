import { describe, expect, test } from 'vitest';
import { HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { openaiResponses } from './format.ts';

const tool = { name: 't', description: 'd', parameters: { type: 'object' } } as const;
const WRITTEN = '{"type":"function","name":"t","description":"d","parameters":{"type":"object"},"strict":false}';

describe("a tool is added in this API's shape", () => {
  const table: [before: string, after: string][] = [
    ['{"input":[]}', `{"input":[],"tools":[${WRITTEN}]}`],
    ['{"tools":[ ],"x":1.0}', `{"tools":[${WRITTEN} ],"x":1.0}`],
    ['{"tools":[ {"type":"web_search"} ]}', `{"tools":[ {"type":"web_search"},${WRITTEN} ]}`],
    ['{"tools":null}', `{"tools":[${WRITTEN}]}`],
  ];
  test.each(table)('%s', (before, after) => {
    const document = JsonDocument.parse(Buffer.from(before));
    const edits = openaiResponses.write({ kind: 'add-tool', tool }, document);
    expect(Buffer.from(document.apply(edits)).toString()).toBe(after);
  });
  test.each(['[]', '"x"', 'null', '{"tools":"x"}', '{"tools":{}}'])('%s is left to the provider', (before) => {
    const document = JsonDocument.parse(Buffer.from(before));
    expect(openaiResponses.write({ kind: 'add-tool', tool }, document)).toEqual([]);
  });
});

test('errors of ours have the shape of the provider’s', () => {
  const body = Buffer.from(openaiResponses.errorBody(new HeadroomError('NOT_FOUND', 'm'))).toString();
  expect(JSON.parse(body)).toEqual({
    error: { message: 'm', type: 'not_found_error', param: null, code: 'NOT_FOUND' },
  });
});
