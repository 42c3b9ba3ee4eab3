/** Writes edits into a Gemini request, and Headroom's own errors in Google's shape. */
import type { Tool } from '../../core/conversation.ts';
import type { Edit } from '../../core/edit.ts';
import type { HeadroomError } from '../../core/errors.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { writeAlignment } from './align.ts';
import { FUNCTION_DECLARATIONS, fieldOf, hasCachedContent, keyIn, requestIn } from './request.ts';

export function write(edit: Edit, document: JsonDocument): readonly JsonEdit[] {
  const { value: body } = document;
  switch (edit.kind) {
    case 'rewrite':
      return [{ op: 'replace', path: edit.part.path, value: edit.text }];
    // Its calls have no name to keep such a step under.
    case 'rewrite-call':
      return [];
    case 'align':
      return writeAlignment(edit, document);
    case 'add-tool':
      return addTool(edit.tool, body);
  }
}

function addTool(tool: Tool, body: JsonValue): readonly JsonEdit[] {
  if (!isJsonObject(body)) return [];
  const { path, value: request } = requestIn(body);
  const at = [...path, 'tools'];
  const { tools } = request;
  if (hasCachedContent(request)) return [];
  if (tools === undefined) return [{ op: 'set', path, key: 'tools', value: [firstTool(tool)] }];
  // A null says "no tools"; anything else is the provider's to refuse.
  if (tools === null) return [{ op: 'replace', path: at, value: [firstTool(tool)] }];
  if (!Array.isArray(tools)) return [];
  const entries = (tools as readonly JsonValue[]).map(asObject);
  if (entries.length === 0) return [{ op: 'append', path: at, value: firstTool(tool) }];
  const last = entries.findLastIndex((entry) => Array.isArray(fieldOf(entry, FUNCTION_DECLARATIONS)));
  // Only the provider's own tools: not every model takes functions beside those.
  if (last === -1) return [];
  const key = keyIn(entries[last]!, FUNCTION_DECLARATIONS);
  const declared = asArray(entries[last]![key]).map(asObject);
  return [{ op: 'append', path: [...at, last, key], value: declaration(tool, schemaKey(declared)) }];
}

function firstTool(tool: Tool): JsonObject {
  return { functionDeclarations: [declaration(tool, 'parameters')] };
}

function declaration({ name, description, parameters }: Tool, schema: string): JsonObject {
  return { name, description, [schema]: parameters };
}

/** As the client's own functions say their parameters: not every version of the API has every spelling. */
function schemaKey(declared: readonly JsonObject[]): string {
  const keys = ['parametersJsonSchema', 'parameters_json_schema'];
  return keys.find((key) => declared.some((one) => one[key] !== undefined)) ?? 'parameters';
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [429, 'RESOURCE_EXHAUSTED'],
  [502, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

/** Its clients read from the body how long to wait, and give up where that is long. */
export function errorBody({ status: code, message, retryAfterSeconds }: HeadroomError): Uint8Array {
  const status = STATUSES.get(code) ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` };
  const details = retryAfterSeconds === undefined ? {} : { details: [retry] };
  return Buffer.from(JSON.stringify({ error: { code, message, status, ...details } }));
}
