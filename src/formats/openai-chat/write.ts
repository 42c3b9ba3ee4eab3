/** Writes edits into a Chat Completions request, and Headroom's own errors in that API's shape. */
import type { Tool } from '../../core/conversation.ts';
import type { Edit } from '../../core/edit.ts';
import type { HeadroomError } from '../../core/errors.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { isJsonObject, type JsonValue } from '../../core/json/value.ts';

export function write(edit: Edit, { value: body }: JsonDocument): readonly JsonEdit[] {
  switch (edit.kind) {
    case 'rewrite':
      return [{ op: 'replace', path: edit.part.path, value: edit.text }];
    case 'add-tool':
      return addTool(edit.tool, body);
  }
}

function addTool({ name, description, parameters }: Tool, body: JsonValue): readonly JsonEdit[] {
  const definition = { name, description, parameters };
  const tool = { type: 'function', function: definition };
  if (!isJsonObject(body)) return [];
  const { tools, functions } = body;
  if (Array.isArray(tools)) return [{ op: 'append', path: ['tools'], value: tool }];
  if (tools !== undefined && tools !== null) return [];
  // Tools and legacy functions exclude each other in one request.
  if (Array.isArray(functions)) return [{ op: 'append', path: ['functions'], value: definition }];
  if (tools === null) return [{ op: 'replace', path: ['tools'], value: [tool] }];
  return [{ op: 'set', path: [], key: 'tools', value: [tool] }];
}

const ERROR_TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [504, 'timeout_error'],
]);

export function errorBody({ status, message, code }: HeadroomError): Uint8Array {
  const type = ERROR_TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return Buffer.from(JSON.stringify({ error: { message, type, param: null, code } }));
}
