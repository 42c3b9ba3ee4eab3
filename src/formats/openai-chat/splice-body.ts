/** The hops of a chat completion that comes as one JSON body each. */
import type { Hiding, HopEnd } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { BodyHops } from '../body-splicer.ts';
import { textOf } from '../part-list.ts';
import { endOf, errorOf, messageOf, usageOverHops, visibleFinish } from './completion.ts';

export class CompletionHops implements BodyHops {
  readonly errorOf: BodyHops['errorOf'] = errorOf;
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #said: string[] = [];
  #completion: JsonObject = {};
  #visible: readonly JsonValue[] = [];
  #hasVisibleCall = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  endHop(completion: JsonObject): HopEnd {
    this.#completion = completion;
    const choice = asObject(asArray(completion['choices'])[0]);
    const end = endOf(asObject(choice['message']), this.#hiding, textOf(choice['finish_reason']));
    this.#hasVisibleCall ||= end.isMixed;
    this.#usages.push(asObject(completion['usage']));
    this.#visible = end.pieces.filter((_, index) => !end.hidden.includes(index));
    const words = asObject(this.#visible[0] ?? null)['content'];
    if (typeof words === 'string') this.#said.push(words);
    return end;
  }

  visible(): Uint8Array {
    const [choice] = asArray(this.#completion['choices']).map(asObject);
    const message = { ...messageOf(this.#visible), content: this.#said.length > 0 ? this.#said.join('') : null };
    const finish_reason = visibleFinish(textOf(choice?.['finish_reason']), this.#hasVisibleCall);
    const usage = usageOverHops(this.#usages);
    const choices = [{ ...choice, message, finish_reason }];
    return Buffer.from(JSON.stringify({ ...this.#completion, choices, ...(usage && { usage }) }));
  }
}
