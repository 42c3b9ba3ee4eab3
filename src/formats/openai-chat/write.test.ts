import { describe, expect, test } from 'vitest';
import { type ErrorCode, HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { openaiChat } from './format.ts';

const tool = { name: 't', description: 'd', parameters: { type: 'object' } } as const;
const DEFINITION = '{"name":"t","description":"d","parameters":{"type":"object"}}';
const WRITTEN = `{"type":"function","function":${DEFINITION}}`;

describe("a tool is added in this API's shape", () => {
  const table: [before: string, after: string][] = [
    ['{"messages":[]}', `{"messages":[],"tools":[${WRITTEN}]}`],
    ['{"tools":[ ],"x":1.0}', `{"tools":[${WRITTEN} ],"x":1.0}`],
    ['{"tools":[ {"type":"custom"} ]}', `{"tools":[ {"type":"custom"},${WRITTEN} ]}`],
    ['{"tools":null}', `{"tools":[${WRITTEN}]}`],
    ['{"functions":[{"name":"a"}]}', `{"functions":[{"name":"a"},${DEFINITION}]}`],
    ['{"functions":[],"tools":[]}', `{"functions":[],"tools":[${WRITTEN}]}`],
    ['{"functions":null}', `{"functions":null,"tools":[${WRITTEN}]}`],
  ];
  test.each(table)('%s', (before, after) => {
    const document = JsonDocument.parse(Buffer.from(before));
    const edits = openaiChat.write({ kind: 'add-tool', tool }, document);
    expect(Buffer.from(document.apply(edits)).toString()).toBe(after);
  });
  test.each(['[]', '"x"', 'null', '{"tools":"x"}', '{"tools":{},"functions":[]}'])(
    '%s is left to the provider',
    (before) => {
      const document = JsonDocument.parse(Buffer.from(before));
      expect(openaiChat.write({ kind: 'add-tool', tool }, document)).toEqual([]);
    },
  );
});

describe('errors of ours have the type that goes with their status', () => {
  const table: [ErrorCode, string][] = [
    ['BAD_REQUEST', 'invalid_request_error'],
    ['BODY_TOO_LARGE', 'invalid_request_error'],
    ['UNAUTHORIZED', 'authentication_error'],
    ['FORBIDDEN', 'permission_error'],
    ['NOT_FOUND', 'not_found_error'],
    ['UPSTREAM_UNREACHABLE', 'server_error'],
    ['UPSTREAM_TIMEOUT', 'timeout_error'],
  ];
  test.each(table)('%s is %s', (code, type) => {
    const body = JSON.parse(Buffer.from(openaiChat.errorBody(new HeadroomError(code, 'm'))).toString()) as unknown;
    expect(body).toEqual({ error: { message: 'm', type, param: null, code } });
  });
});
