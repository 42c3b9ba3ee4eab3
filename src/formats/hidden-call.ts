/** Whether the client sees a call, and a stream that waits for the ends of its calls where that is not sure before. */
import type { HiddenCall, Hiding } from '../core/continuation.ts';
import type { ToolCall } from '../core/conversation.ts';
import { isJsonObject, type JsonValue } from '../core/json/value.ts';

type Made = Pick<ToolCall, 'name' | 'input'>;

export function isHidden({ name, input }: Made, { toolName, refuses }: Hiding): boolean {
  return name === toolName || refuses?.({ name, input }) === true;
}

export function hiddenCall(id: string, { name, input }: Made, { toolName }: Hiding): HiddenCall {
  const given: JsonValue | undefined = isJsonObject(input) ? input : undefined;
  return name === toolName ? { id, input: given } : { id, input, isRefused: true };
}

/** Where an event stands in a call that may turn out hidden. */
export type CallEdge = 'starts' | 'ends' | 'aside' | undefined;

/** Holds events back from the start of a call to its end, and passes all others as they come. */
export class CallGate<Event> {
  readonly #open = new Set<number>();
  #waiting: Event[] = [];

  /** What passes now, in order. @param index of what the event is about. */
  pass(event: Event, edge: CallEdge, index = -1): readonly Event[] {
    if (edge === 'starts') this.#open.add(index);
    if (edge === 'aside' || (edge !== 'starts' && this.#open.size === 0)) return [event];
    this.#waiting.push(event);
    if (edge === 'ends') this.#open.delete(index);
    return this.#open.size === 0 ? this.flush() : [];
  }

  /** No call goes on: all that waits passes. */
  flush(): readonly Event[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#open.clear();
    return waiting;
  }
}
