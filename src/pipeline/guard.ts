/**
 * Watches for calls that write Headroom's own words, a marker or a reference, into a file: then the model took a shortened
 * text for the whole. It is reported once, with the request that brings the call's result; or the call is sent back to
 * the model, and the client never gets it.
 */
import type { Hiding, HopEnd } from '../core/continuation.ts';
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

/** What the model hears of a call that was sent back. */
export const REFUSED: string =
  'headroom: this call was not made. Its text holds words that Headroom put in the place of others: a shortened view, ' +
  'or a reference to what stands elsewhere. Get the original first (headroom_retrieve with the hash of the view, or ' +
  'the tool that gave the text), then call again with the full text. If these very words are meant, make the same call again.';

/** For the log. */
export const SENT_BACK = 'a call with words of Headroom’s was sent back';

type Refuses = NonNullable<Hiding['refuses']>;

/** The calls of one response that are sent back: those of one hop, and no more, so that the model can insist. */
export class Refusals {
  #isOver = false;
  #count = 0;

  readonly refuses: Refuses = (call) => !this.#isOver && writesOwnWords(call);

  /** To be told of each hop's end. */
  endHop({ calls }: Pick<HopEnd, 'calls'>): void {
    this.#count += calls.filter(({ isRefused }) => isRefused).length;
    if (this.#count > 0) this.#isOver = true;
  }

  get count(): number {
    return this.#count;
  }
}

/** A search for such words is no writing: what is written comes with a place to write it to. */
function writesOwnWords({ name, input }: Pick<ToolCall, 'name' | 'input'>): boolean {
  if (isRetrievalTool(name)) return false;
  const texts = stringsOf(input);
  return texts.some(hasOwnWords) && (texts.length > 1 || texts.some((text) => text.includes('\n')));
}

function stringsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsOf);
  return Object.values(asObject(value)).flatMap((item) => stringsOf(item ?? null));
}
