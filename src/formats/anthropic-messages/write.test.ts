import { describe, expect, test } from 'vitest';
import { type ErrorCode, HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { anthropicMessages } from './format.ts';

const tool = { name: 't', description: 'd', parameters: { type: 'object' } } as const;
const WRITTEN = '{"name":"t","description":"d","input_schema":{"type":"object"}}';

describe("a tool is added in this API's shape", () => {
  const table: [before: string, after: string][] = [
    ['{"messages":[]}', `{"messages":[],"tools":[${WRITTEN}]}`],
    ['{ }', `{"tools":[${WRITTEN}] }`],
    ['{"tools":[ ],"x":1.0}', `{"tools":[${WRITTEN} ],"x":1.0}`],
    ['{"tools":[ {"name":"a"} ]}', `{"tools":[ {"name":"a"},${WRITTEN} ]}`],
    ['{"tools":null}', `{"tools":[${WRITTEN}]}`],
    ['{"tools":[1],"tools":[2]}', `{"tools":[1],"tools":[2,${WRITTEN}]}`],
  ];
  test.each(table)('%s', (before, after) => {
    const document = JsonDocument.parse(Buffer.from(before));
    const edits = anthropicMessages.write({ kind: 'add-tool', tool }, document);
    expect(Buffer.from(document.apply(edits)).toString()).toBe(after);
  });
  test.each(['[]', '"x"', 'null', '{"tools":"x"}', '{"tools":{}}'])('%s is left to the provider', (before) => {
    const document = JsonDocument.parse(Buffer.from(before));
    expect(anthropicMessages.write({ kind: 'add-tool', tool }, document)).toEqual([]);
  });
});

describe('errors of ours have the type that goes with their status', () => {
  const table: [ErrorCode, string][] = [
    ['BAD_REQUEST', 'invalid_request_error'],
    ['UNAUTHORIZED', 'authentication_error'],
    ['FORBIDDEN', 'permission_error'],
    ['NOT_FOUND', 'not_found_error'],
    ['BODY_TOO_LARGE', 'request_too_large'],
    ['UPSTREAM_UNREACHABLE', 'api_error'],
    ['BAD_OPTION', 'api_error'],
    ['UPSTREAM_TIMEOUT', 'timeout_error'],
  ];
  test.each(table)('%s is %s', (code, type) => {
    const body = JSON.parse(
      Buffer.from(anthropicMessages.errorBody(new HeadroomError(code, 'm'))).toString(),
    ) as unknown;
    expect(body).toEqual({ type: 'error', error: { type, message: 'm' } });
  });
});
