/** The items of hidden exchanges, as the API wants them in a request. */
import type { Hop } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { isMessage } from './items.ts';

export function visibleOf(hops: readonly Hop[]): readonly JsonObject[] {
  return hops.flatMap(({ pieces, hidden }) => pieces.filter((_, index) => !hidden.includes(index))).map(asObject);
}

export function resultsOf({ pieces, hidden, results }: Hop): readonly JsonObject[] {
  return results.map(({ text }, index) => {
    const call = asObject(pieces[hidden[index]!]);
    const type = call['type'] === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output';
    return { type, call_id: textOf(call['call_id']), output: text };
  });
}

/** What a message says. */
export function wordsOf(item: JsonObject): string {
  const { content } = item;
  if (!isMessage(item)) return '';
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => textOf(asObject(part)['text']))
    .join('');
}

/**
 * What a hop said, as it goes back. Of reasoning of which the provider has kept nothing and given nothing the id would
 * lead nowhere: it goes, and with it the ids of what was said after it, by which the provider would miss it.
 * @param isKept whether the provider keeps what it says.
 */
export function inputItems(items: readonly JsonObject[], isKept: boolean): readonly JsonObject[] {
  if (isKept || !items.some(isEmptyReasoning)) return items;
  return items.filter((item) => !isEmptyReasoning(item)).map(withoutId);
}

export function withoutId(item: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'id'));
}

function isEmptyReasoning({ type, encrypted_content: sealed, content }: JsonObject): boolean {
  return type === 'reasoning' && textOf(sealed) === '' && asArray(content).length === 0;
}
