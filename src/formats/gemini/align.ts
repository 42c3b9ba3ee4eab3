/** What stands before the contents of a Gemini request, and how it is aligned. Its caches keep every prefix by themselves. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath } from '../../core/json/value.ts';
import type { Alignment, Preamble, PreambleText, PreambleTool } from '../../core/preamble.ts';
import { textOf } from '../part-list.ts';
import { FUNCTION_DECLARATIONS, fieldOf, hasCachedContent, itemsOf, keyIn, requestIn, spellings } from './request.ts';

const SYSTEM_INSTRUCTION = spellings('systemInstruction');

export function readPreamble({ value }: JsonDocument): Preamble | undefined {
  const { path, value: request } = requestIn(value);
  const end = asArray(request['contents']).at(-1);
  if (end === undefined || asObject(end)['role'] === 'model') return undefined;
  const tools = toolsOf(request, path);
  return {
    texts: textsOf(request, path),
    tools,
    isManaged: hasCachedContent(request),
    // Function calls come with a signature, and that is known only after the first of them.
    signsReasoning: tools.length > 0,
    places: [],
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

export function writeAlignment({ texts, postscript }: Alignment, { value }: JsonDocument): readonly JsonEdit[] {
  const { path } = requestIn(value);
  return [
    ...texts.map(({ path: at, text }): JsonEdit => ({ op: 'replace', path: at, value: text })),
    ...(postscript === undefined
      ? []
      : [
          {
            op: 'append' as const,
            path: [...path, 'contents'],
            value: { role: 'user', parts: [{ text: postscript }] },
          },
        ]),
  ];
}
