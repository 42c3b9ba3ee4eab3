/** A content block out of its stream events, exactly as the API wants it back. */
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { asArray } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';

/** Deltas whose text is put behind what the block has: type -> the field of the delta, which is that of the block. */
const TEXT_DELTAS: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
  ['compaction_delta', 'content'],
]);

export class BlockBuilder {
  readonly #start: JsonObject;
  readonly #texts = new Map<string, string>();
  readonly #citations: JsonValue[] = [];
  #input = '';

  constructor(start: JsonObject) {
    this.#start = start;
  }

  add(delta: JsonObject): void {
    const type = textOf(delta['type']);
    const field = TEXT_DELTAS.get(type);
    if (field !== undefined) this.#texts.set(field, (this.#texts.get(field) ?? '') + textOf(delta[field]));
    else if (type === 'input_json_delta') this.#input += textOf(delta['partial_json']);
    else if (type === 'citations_delta') this.#citations.push(delta['citation'] ?? null);
  }

  whole(): JsonObject {
    const texts = Array.from(this.#texts, ([field, text]) => [field, textOf(this.#start[field]) + text]);
    const citations = [...asArray(this.#start['citations']), ...this.#citations];
    return {
      ...this.#start,
      ...Object.fromEntries(texts),
      ...(citations.length > 0 && { citations }),
      // What was cut off is no JSON; it stands as it came, and the call is never answered.
      ...(this.#input !== '' && { input: parseJson(this.#input) ?? this.#input }),
    };
  }
}
