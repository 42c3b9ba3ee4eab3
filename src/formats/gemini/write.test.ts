import { describe, expect, test } from 'vitest';
import { type ErrorCode, HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { gemini } from './format.ts';

const tool = { name: 't', description: 'd', parameters: { type: 'object' } } as const;
const FUNCTION = '{"name":"t","description":"d","parameters":{"type":"object"}}';
const WRITTEN = `{"functionDeclarations":[${FUNCTION}]}`;
const AS_JSON_SCHEMA = FUNCTION.replace('parameters', 'parametersJsonSchema');

describe("a tool is added in this API's shape", () => {
  const table: [before: string, after: string][] = [
    ['{"contents":[]}', `{"contents":[],"tools":[${WRITTEN}]}`],
    ['{"tools":[ ],"x":1.0}', `{"tools":[${WRITTEN} ],"x":1.0}`],
    ['{"tools":null}', `{"tools":[${WRITTEN}]}`],
    ['{"tools":[{"functionDeclarations":[ ]}]}', `{"tools":[{"functionDeclarations":[${FUNCTION} ]}]}`],
    [
      '{"tools":[{"functionDeclarations":[{"name":"a","parametersJsonSchema":{}}]},{"googleSearch":{}}]}',
      `{"tools":[{"functionDeclarations":[{"name":"a","parametersJsonSchema":{}},${AS_JSON_SCHEMA}]},{"googleSearch":{}}]}`,
    ],
    [
      '{"tools":[{"functionDeclarations":[]},{"function_declarations":[{"name":"b","parameters":{}}]}]}',
      `{"tools":[{"functionDeclarations":[]},{"function_declarations":[{"name":"b","parameters":{}},${FUNCTION}]}]}`,
    ],
    [
      '{"model":"m","request":{"contents":[],"tools":[{"functionDeclarations":[]}]}}',
      `{"model":"m","request":{"contents":[],"tools":[{"functionDeclarations":[${FUNCTION}]}]}}`,
    ],
    ['{"request":{"contents":[]}}', `{"request":{"contents":[],"tools":[${WRITTEN}]}}`],
    ['{"cachedContent":null}', `{"cachedContent":null,"tools":[${WRITTEN}]}`],
  ];
  test.each(table)('%s', (before, after) => {
    const document = JsonDocument.parse(Buffer.from(before));
    const edits = gemini.write({ kind: 'add-tool', tool }, document);
    expect(Buffer.from(document.apply(edits)).toString()).toBe(after);
  });
  test.each([
    '[]',
    '"x"',
    'null',
    '{"tools":"x"}',
    '{"tools":{}}',
    '{"tools":[{"googleSearch":{}}]}',
    '{"cachedContent":"cachedContents/a","tools":[]}',
    '{"cached_content":"cachedContents/a"}',
    '{"request":{"contents":[],"cachedContent":"cachedContents/a"}}',
  ])('%s takes none, or is the provider’s to refuse', (before) => {
    const document = JsonDocument.parse(Buffer.from(before));
    expect(gemini.write({ kind: 'add-tool', tool }, document)).toEqual([]);
  });
});

describe('errors of ours have the status that goes with their number', () => {
  const table: [ErrorCode, number, string][] = [
    ['BAD_REQUEST', 400, 'INVALID_ARGUMENT'],
    ['UNAUTHORIZED', 401, 'UNAUTHENTICATED'],
    ['FORBIDDEN', 403, 'PERMISSION_DENIED'],
    ['NOT_FOUND', 404, 'NOT_FOUND'],
    ['BODY_TOO_LARGE', 413, 'INVALID_ARGUMENT'],
    ['BAD_OPTION', 500, 'INTERNAL'],
    ['UPSTREAM_UNREACHABLE', 502, 'UNAVAILABLE'],
    ['UPSTREAM_TIMEOUT', 504, 'DEADLINE_EXCEEDED'],
  ];
  test.each(table)('%s is %i %s', (name, code, status) => {
    const body = JSON.parse(Buffer.from(gemini.errorBody(new HeadroomError(name, 'm'))).toString()) as unknown;
    expect(body).toEqual({ error: { code, message: 'm', status } });
  });
});
