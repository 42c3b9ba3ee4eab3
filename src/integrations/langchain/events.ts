/** The content-block events that a program sees of a turn: one message over all rounds, without hidden calls. */
import { ChatModelStream } from '@langchain/core/language_models/stream';
import type { UsageMetadata } from '@langchain/core/messages';
import { isHiddenBlock, unoffered } from './hidden-calls.ts';
import { saidIn } from './messages.ts';
import type { Prompt } from './prompt.ts';
import type { Turn } from './turn.ts';
import type { Event, RunManager, Steps } from './types.ts';
import { sumOf } from '../usage.ts';

type Finish = Extract<Event, { event: 'message-finish' }>;
type Usage = Partial<UsageMetadata>;

export async function* eventsOf(
  model: Steps,
  prompt: Prompt,
  turn: Turn,
  runManager: RunManager,
): AsyncGenerator<Event> {
  const seen: Seen = { text: '', next: 0, usage: undefined };
  let { messages } = prompt;
  for (let isFirst = true; ; isFirst = false) {
    const round = new RoundOfEvents(seen, isFirst);
    for await (const event of model._streamChatModelEvents(messages, prompt.options, runManager)) {
      const shown = round.pass(event);
      if (shown) yield shown;
    }
    const isCut = round.hasFailed || prompt.options.signal?.aborted === true;
    const message = isCut || (isFirst && !round.hasHidden) ? undefined : await round.whole();
    const more = message && (await turn.next(message));
    seen.usage = sumOf(seen.usage, round.usage);
    if (!more) {
      if (round.finish) yield withUsage(round.finish, isFirst ? undefined : seen.usage);
      if (message) turn.end(seen.text);
      return;
    }
    messages = [...messages, ...more];
  }
}

interface Seen {
  text: string;
  next: number;
  usage: Usage | undefined;
}

class RoundOfEvents {
  finish: Finish | undefined;
  usage: Usage | undefined;
  hasHidden = false;
  hasFailed = false;
  readonly #seen: Seen;
  readonly #isFirst: boolean;
  readonly #offset: number;
  readonly #raw: Event[] = [];
  readonly #hidden = new Set<number>();
  readonly #open = new Set<number>();

  constructor(seen: Seen, isFirst: boolean) {
    this.#seen = seen;
    this.#isFirst = isFirst;
    this.#offset = seen.next;
  }

  async whole(): Promise<Awaited<ChatModelStream>> {
    const raw = this.#raw;
    return new ChatModelStream(
      (async function* again() {
        yield* raw;
      })(),
    );
  }

  pass(event: Event): Event | undefined {
    this.#raw.push(event);
    switch (event.event) {
      case 'message-start':
        this.usage = event.usage;
        return this.#isFirst ? event : undefined;
      case 'usage':
        this.usage = { ...this.usage, ...event.usage };
        return withUsage(event, this.#isFirst ? undefined : sumOf(this.#seen.usage, this.usage));
      case 'message-finish':
        this.usage = { ...this.usage, ...event.usage };
        this.finish = unoffered(event);
        return undefined;
      case 'content-block-start':
      case 'content-block-delta':
      case 'content-block-finish':
        return this.#block(event);
      case 'error':
        this.hasFailed = true;
        return event;
      case 'provider':
      default:
        // The provider's own words for what is hidden.
        return this.#open.size > 0 ? undefined : unoffered(event);
    }
  }

  #block(event: Extract<Event, { index: number }>): Event | undefined {
    const { index } = event;
    if ('content' in event && isHiddenBlock(event.content)) {
      this.hasHidden = true;
      this.#hidden.add(index);
      this.#open.add(index);
    }
    if (event.event === 'content-block-finish') this.#open.delete(index);
    if (this.#hidden.has(index)) return undefined;
    const place = index + this.#offset;
    this.#seen.next = Math.max(this.#seen.next, place + 1);
    if (event.event === 'content-block-finish')
      this.#seen.text += saidIn([event.content] as Parameters<typeof saidIn>[0]);
    return this.#offset === 0 ? event : moved(event, place);
  }
}

function moved(event: Extract<Event, { index: number }>, index: number): Event {
  if (!('content' in event) || !('index' in event.content)) return { ...event, index };
  return { ...event, index, content: { ...event.content, index } } as Event;
}

function withUsage<Kind extends Event>(event: Kind, usage: Usage | undefined): Kind {
  return usage ? { ...event, usage } : event;
}
