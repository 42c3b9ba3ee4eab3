/** Writes edits into a Chat Completions request. */
import type { Tool } from '../../core/conversation.ts';
import type { CallRewrite, Edit } from '../../core/edit.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonValue } from '../../core/json/value.ts';
import { writeAlignment } from './align.ts';

export function write(edit: Edit, document: JsonDocument): readonly JsonEdit[] {
  const { value: body } = document;
  switch (edit.kind) {
    case 'rewrite':
      return [{ op: 'replace', path: edit.part.path, value: edit.text }];
    case 'rewrite-call':
      return rewriteCall(edit, body);
    case 'align':
      return writeAlignment(edit, document);
    case 'add-tool':
      return addTool(edit.tool, body);
  }
}

/** Arguments are JSON in a string; the input of a custom call is any string. */
function rewriteCall({ part, input }: CallRewrite, body: JsonValue): readonly JsonEdit[] {
  const [list, turn, calls, index] = part.path as [string, number, string, number];
  const call = asObject(asArray(asObject(asArray(asObject(body)[list])[turn])[calls])[index]);
  if (!isJsonObject(call['function'])) return [];
  return [{ op: 'replace', path: [...part.path, 'function', 'arguments'], value: JSON.stringify(input) }];
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
