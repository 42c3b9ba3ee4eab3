/** What the items of a Responses conversation are: whose, which call, and which outputs a client wrote for the model. */
import type { PartKind, Role, ToolCall } from '../../core/conversation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';

const MESSAGE_ROLES: ReadonlyMap<JsonValue | undefined, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'assistant'],
]);

/** Settings that stand among the items, as tools and instructions stand beside them. */
const SETTINGS: ReadonlySet<string> = new Set(['additional_tools', 'configuration_update']);
const OF_THE_USER: ReadonlySet<string> = new Set(['mcp_approval_response', 'compaction_trigger']);

/** Short messages need not say their type. */
export function isMessage({ type, role }: JsonObject): boolean {
  return type === 'message' || ((type === undefined || type === null) && typeof role === 'string');
}

/** What nobody else is known to have said, the provider said. */
export function roleOf(item: JsonObject): Role {
  if (isMessage(item)) return MESSAGE_ROLES.get(item['role']) ?? 'user';
  const type = textOf(item['type']);
  if (SETTINGS.has(type)) return 'system';
  if (OF_THE_USER.has(type)) return 'user';
  return type.endsWith('_output') && type !== 'program_output' ? 'tool' : 'assistant';
}

/** The item as the model has it: ids and states are the provider's bookkeeping, and clients keep or drop both. */
export function headOf(item: JsonObject, contentKey?: 'content' | 'output'): JsonObject {
  if (isReference(item)) return item;
  const kept = Object.entries(item).filter(([key]) => key !== 'id' && key !== 'status' && key !== contentKey);
  const head = Object.fromEntries(kept);
  return isMessage(item) ? { ...head, type: 'message' } : head;
}

/** An item of which the id is all there is. */
function isReference(item: JsonObject): boolean {
  return item['type'] === 'item_reference' || (typeof item['type'] !== 'string' && !isMessage(item));
}

/** What links a call and its output, the best first: the local shell's output says its call's id in either place. */
export function callIdsOf(item: JsonObject): readonly string[] {
  return [textOf(item['call_id']), textOf(item['id'])].filter((id) => id !== '');
}

/** A call that a client carries out, as its output is linked to it; undefined for other items. */
export function callOf(item: JsonObject): ToolCall | undefined {
  const [id = ''] = callIdsOf(item);
  switch (textOf(item['type'])) {
    case 'function_call': {
      // Arguments are JSON in a string, written by a model: what does not parse stays a string.
      const given = item['arguments'];
      return { id, name: nameOf(item), input: (typeof given === 'string' ? parseJson(given) : given) ?? given ?? null };
    }
    case 'custom_tool_call':
      return { id, name: nameOf(item), input: item['input'] ?? null };
    case 'local_shell_call':
      return { id, name: 'local_shell', input: item['action'] ?? null };
    case 'shell_call':
      return { id, name: 'shell', input: item['action'] ?? null };
    case 'apply_patch_call':
      return { id, name: 'apply_patch', input: item['operation'] ?? null };
    default:
      return undefined;
  }
}

/** Of a tool or a call; two servers may have tools of one name. */
export function nameOf(item: JsonObject): string {
  const [name, namespace] = [textOf(item['name']), textOf(item['namespace'])];
  return name === '' || namespace === '' ? name : `${namespace}.${name}`;
}

/** The tools that a client has under the name of their type alone. */
const TOOL_TYPES: ReadonlySet<string> = new Set(['shell', 'local_shell', 'apply_patch']);

export function toolNamesIn(tools: JsonValue | undefined): readonly string[] {
  const names = asArray(tools).flatMap((value) => {
    const tool = asObject(value);
    const type = textOf(tool['type']);
    if (type !== 'namespace') return TOOL_TYPES.has(type) ? type : nameOf(tool);
    return asArray(tool['tools']).map((inner) => nameOf({ ...asObject(inner), namespace: tool['name'] }));
  });
  return names.filter((name) => name !== '');
}

/** Items that bring tools with them. */
export function broughtTools(items: readonly JsonValue[]): readonly string[] {
  return items
    .map(asObject)
    .filter(({ type }) => type === 'additional_tools' || type === 'tool_search_output')
    .flatMap(({ tools }) => toolNamesIn(tools));
}

const OUTPUTS: ReadonlySet<JsonValue | undefined> = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'local_shell_call_output',
  'apply_patch_call_output',
  'shell_call_output',
]);

export function isOutput({ type }: JsonObject): boolean {
  return OUTPUTS.has(type);
}

/**
 * Whether something else than a client and a model stands at the two ends of a call: what a program of the provider's
 * called is read by that program, and what ran in the provider's container was seen by the model when it ran.
 */
export function isBehindProvider(item: JsonObject): boolean {
  const caller = asObject(item['caller'])['type'];
  const environment = textOf(asObject(item['environment'])['type']);
  return (caller !== undefined && caller !== 'direct') || environment.startsWith('container');
}

/** Proof that the provider has had what stands before the item. */
export function isSigned({ type, encrypted_content: content }: JsonObject): boolean {
  return textOf(content) !== '' && (type === 'reasoning' || isCompaction(type));
}

/** Stands for what came before it: none of that need still be seen by the model. */
export function isCompaction(type: JsonValue | undefined): boolean {
  return typeof type === 'string' && type.includes('compaction') && type !== 'compaction_trigger';
}

export function kindOf(item: JsonObject): PartKind {
  if (item['type'] === 'reasoning') return 'reasoning';
  return callOf(item) ? 'tool-call' : 'opaque';
}
