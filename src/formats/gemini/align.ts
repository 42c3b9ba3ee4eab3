/** What stands before the contents of a Gemini request, and how it is aligned. Its caches keep every prefix by themselves. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';
import type { Alignment, Preamble, PreambleText, PreambleTool } from '../../core/preamble.ts';
import { textOf } from '../part-list.ts';
import { FUNCTION_DECLARATIONS, fieldOf, hasCachedContent, itemsOf, keyIn, requestIn, spellings } from './request.ts';

const SYSTEM_INSTRUCTION = spellings('systemInstruction');

export function readPreamble({ value }: JsonDocument): Preamble | undefined {
  const { path, value: request } = requestIn(value);
  if (!asArray(request['contents']).some(isOfUser)) return undefined;
  const tools = toolsOf(request, path);
  return {
    texts: textsOf(request, path),
    tools,
    isManaged: hasCachedContent(request),
    // Function calls come with a signature, and that is known only after the first of them.
    signsReasoning: tools.length > 0,
    places: [],
    strings: [],
    takesKey: false,
  };
}

function textsOf(request: JsonObject, path: JsonPath): readonly PreambleText[] {
  const key = keyIn(request, SYSTEM_INSTRUCTION);
  const system = request[key];
  if (typeof system === 'string') return [{ path: [...path, key], text: system }];
  return itemsOf(asObject(system)['parts'], [...path, key, 'parts']).flatMap(([part, at]) => {
    const { text } = asObject(part);
    return typeof text === 'string' ? [{ path: [...at, 'text'], text }] : [];
  });
}

function toolsOf(request: JsonObject, path: JsonPath): readonly PreambleTool[] {
  return asArray(request['tools']).flatMap((entry, index) => {
    const key = keyIn(asObject(entry), FUNCTION_DECLARATIONS);
    return asArray(fieldOf(asObject(entry), FUNCTION_DECLARATIONS)).map((value, at): PreambleTool => {
      return { path: [...path, 'tools', index, key, at], name: textOf(asObject(value)['name']), value };
    });
  });
}

export function writeAlignment(
  { texts, footnote, postscript }: Alignment,
  { value }: JsonDocument,
): readonly JsonEdit[] {
  const { path, value: request } = requestIn(value);
  const at: JsonPath = [...path, 'contents'];
  const first: JsonPath = [...at, asArray(request['contents']).findIndex(isOfUser), 'parts'];
  return [
    ...texts.map(({ path: place, text }): JsonEdit => ({ op: 'replace', path: place, value: text })),
    ...(footnote === undefined ? [] : [{ op: 'append' as const, path: first, value: { text: footnote } }]),
    ...(postscript === undefined ? [] : [postscriptEdit(asArray(request['contents']), at, postscript)]),
  ];
}

/** An answer that the client began stays the last. */
function postscriptEdit(contents: readonly JsonValue[], path: JsonPath, postscript: string): JsonEdit {
  const content = { role: 'user', parts: [{ text: postscript }] };
  if (asObject(contents.at(-1))['role'] !== 'model') return { op: 'append', path, value: content };
  return { op: 'before', path: [...path, contents.length - 1], text: `${JSON.stringify(content)},` };
}

function isOfUser(content: JsonValue): boolean {
  const { role, parts } = asObject(content);
  return (role === 'user' || role === undefined) && Array.isArray(parts);
}
