/** Writes edits into a Messages API request, and Headroom's own errors in that API's shape. */
import type { Edit } from '../../core/edit.ts';
import type { ErrorCode, HeadroomError } from '../../core/errors.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { isJsonObject } from '../../core/json/value.ts';
import { writeAlignment } from './align.ts';

export function write(edit: Edit, document: JsonDocument): readonly JsonEdit[] {
  const { value: body } = document;
  switch (edit.kind) {
    case 'rewrite':
      return [{ op: 'replace', path: edit.part.path, value: edit.text }];
    case 'rewrite-call':
      return [{ op: 'replace', path: [...edit.part.path, 'input'], value: edit.input }];
    case 'align':
      return writeAlignment(edit, document);
    case 'add-tool': {
      const { name, description, parameters } = edit.tool;
      const tool = { name, description, input_schema: parameters };
      if (!isJsonObject(body)) return [];
      if (Array.isArray(body['tools'])) return [{ op: 'append', path: ['tools'], value: tool }];
      if (body['tools'] === undefined) return [{ op: 'set', path: [], key: 'tools', value: [tool] }];
      // A null says "no tools"; anything else is the provider's to refuse.
      return body['tools'] === null ? [{ op: 'replace', path: ['tools'], value: [tool] }] : [];
    }
  }
}

const ERROR_TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
]);

/** Its clients take 429 for something that is over soon, and wait for as long as they are told. */
export const errorStatus: Readonly<Partial<Record<ErrorCode, number>>> = { OVER_BUDGET: 402 };

export function errorBody({ code, status, message }: HeadroomError): Uint8Array {
  const type = ERROR_TYPES.get(errorStatus[code] ?? status) ?? 'api_error';
  return Buffer.from(JSON.stringify({ type: 'error', error: { type, message } }));
}
