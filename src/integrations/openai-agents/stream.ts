/** The stream that a program sees of a turn: all events of all its answers, without the calls that are answered unseen. */
import { isClosing, isOpening, RawEvents } from './raw-events.ts';
import { totalOf, type Turn } from './turn.ts';
import type { Counts, Done, Model, ModelRequest, StreamEvent } from './types.ts';

export async function* streamOf(model: Model, first: ModelRequest, turn: Turn): AsyncGenerator<StreamEvent> {
  let usage: Counts | undefined;
  let sent = first;
  for (let round = 0; ; round++) {
    const seen = new Seen(turn.toolName, round === 0);
    for await (const event of model.getStreamedResponse(sent)) {
      const shown = seen.pass(event);
      if (shown) yield shown;
    }
    const { done, tail } = seen;
    if (!done) {
      yield* tail;
      return;
    }
    const { output, id } = done.response;
    usage = totalOf(usage, done.response.usage);
    const next = await turn.next(sent, { output, responseId: id });
    if (next) {
      sent = next;
      continue;
    }
    const { providerData } = done.response;
    const kept = providerData && { providerData: turn.withoutOurs(providerData) };
    const response = { ...done.response, ...kept, usage, output: turn.shown as Done['response']['output'] };
    for (const event of tail) yield event === done ? { ...done, response } : event;
    return;
  }
}

/** One answer as it goes by. */
class Seen {
  done: Done | undefined;
  /** From where the answer may be over: shown if it is, for the program too. */
  readonly tail: StreamEvent[] = [];
  readonly #raw: RawEvents;
  readonly #isFirst: boolean;

  constructor(toolName: string, isFirst: boolean) {
    this.#raw = new RawEvents(toolName);
    this.#isFirst = isFirst;
  }

  /** The event as the program sees it now, if it does. */
  pass(event: StreamEvent): StreamEvent | undefined {
    if (event.type === 'response_done') this.done = event;
    if (event.type === 'response_started' && !this.#isFirst) return undefined;
    const shown = event.type === 'model' ? this.#model(event) : this.#carried(event);
    const isHeldBack = this.done || this.tail.length > 0 || (event.type === 'model' && isClosing(event.event));
    if (!shown || !isHeldBack) return shown;
    this.tail.push(shown);
    return undefined;
  }

  #model(event: Extract<StreamEvent, { type: 'model' }>): StreamEvent | undefined {
    if (!this.#isFirst && isOpening(event.event)) return undefined;
    const shown: unknown = this.#raw.pass(event.event);
    if (shown === undefined) return undefined;
    return shown === event.event ? event : { ...event, event: shown };
  }

  /** Events of the SDK carry the provider's. */
  #carried(event: Exclude<StreamEvent, { type: 'model' }>): StreamEvent {
    const { providerData, ...rest } = event;
    if (!providerData) return event;
    const shown = this.#raw.pass(providerData) as typeof providerData | undefined;
    if (shown === providerData || event.type === 'response_done') return event;
    return shown ? { ...event, providerData: shown } : rest;
  }
}
