/** The contents that a hidden exchange consists of. */
import type { Hop } from '../../core/continuation.ts';
import { asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { callIn } from './turn-name.ts';

export const modelContent = (parts: readonly JsonValue[]): JsonObject => ({ role: 'model', parts });

export const resultsContent = (hop: Hop): JsonObject => ({ role: 'user', parts: resultsOf(hop) });

/** In the order of their calls: where calls have no ids, that is how their results are told apart. */
export function resultsOf({ pieces, hidden, results }: Hop): readonly JsonObject[] {
  return results.map(({ text, isError }, index) => {
    const call = callIn(asObject(pieces[hidden[index]!])) ?? {};
    const id = textOf(call['id']);
    const response = isError ? { error: text } : { output: text };
    return { functionResponse: { ...(id !== '' && { id }), name: textOf(call['name']), response } };
  });
}
