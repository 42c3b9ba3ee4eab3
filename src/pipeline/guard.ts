/**
 * Watches for calls that write Headroom's own words, a marker or a reference, into a file: then the model took a shortened
 * text for the whole. It is reported once, with the request that brings the call's result.
 */
import type { Conversation, ToolCall } from '../core/conversation.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import { hasOwnWords } from '../core/marker.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import { type Note, UNCOUNTED } from './note.ts';

/** @param conversation with everything frozen that was sent before: only new results are looked at. */
export function guardNotes({ parts }: Conversation): readonly Note[] {
  const fresh = parts.filter(({ kind, frozen }) => kind === 'tool-result' && !frozen);
  return fresh.flatMap(({ index, call }) =>
    call && writesOwnWords(call)
      ? [{ ...UNCOUNTED, part: index, outcome: 'reported', by: 'guard', reason: `${call.name} ${WROTE}` } as const]
      : [],
  );
}

const WROTE =
  'was called with words of Headroom’s in its text: what it wrote may be damaged; fetch the original and write again';

/** A search for such words is no writing: what is written comes with a place to write it to. */
function writesOwnWords({ name, input }: ToolCall): boolean {
  if (isRetrievalTool(name)) return false;
  const texts = stringsOf(input);
  return texts.some(hasOwnWords) && (texts.length > 1 || texts.some((text) => text.includes('\n')));
}

function stringsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsOf);
  return Object.values(asObject(value)).flatMap((item) => stringsOf(item ?? null));
}
