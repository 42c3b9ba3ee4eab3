/** The stream that a program sees of a turn: all parts of all its rounds, without the calls that are answered unseen. */
import type { Content, Model, Params, StreamPart, Usage } from './vercel-types.ts';
import { reasonFor, totalOf, type Turn } from './vercel-turn.ts';

type TextPart = Extract<StreamPart, { type: `${'text' | 'reasoning'}-${'start' | 'delta' | 'end'}` }>;
type InputPart = Extract<StreamPart, { type: `tool-input-${string}` }>;
type Finish = Extract<StreamPart, { type: 'finish' }>;

export function streamOf(
  first: ReadableStream<StreamPart>,
  sent: Params,
  model: Model,
  turn: Turn,
): ReadableStream<StreamPart> {
  const reading: Reading = { reader: first.getReader(), isGone: false };
  const parts = partsOf(reading, sent, model, turn);
  return new ReadableStream<StreamPart>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel(reason) {
        reading.isGone = true;
        return reading.reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

interface Reading {
  reader: ReadableStreamDefaultReader<StreamPart>;
  /** Nobody reads any more. */
  isGone: boolean;
}

async function* partsOf(reading: Reading, sent: Params, model: Model, turn: Turn): AsyncGenerator<StreamPart> {
  let usage: Usage | undefined;
  for (let round = 0; ; round++) {
    const seen = new Seen(turn, round);
    for (let read = await reading.reader.read(); !read.done; read = await reading.reader.read()) {
      const part = seen.pass(read.value);
      if (part) yield part;
    }
    const { finish } = seen;
    if (!finish) return;
    usage = totalOf(usage, finish.usage);
    const content = seen.content();
    const next = seen.hasFailed || reading.isGone ? undefined : await turn.next(sent, content);
    if (!next) {
      yield { ...finish, usage, finishReason: reasonFor(finish.finishReason, content, turn) };
      return;
    }
    sent = next;
    try {
      reading.reader = (await model.doStream(sent)).stream.getReader();
    } catch (error) {
      if (sent.abortSignal?.aborted) throw error;
      yield { type: 'error', error };
      yield { ...finish, usage, finishReason: { unified: 'error', raw: undefined } };
      return;
    }
    if (reading.isGone) return reading.reader.cancel();
  }
}

/** One round as it goes by. */
class Seen {
  finish: Finish | undefined;
  hasFailed = false;
  readonly #turn: Turn;
  readonly #round: number;
  readonly #hidden = new Set<string>();
  readonly #content: Content[] = [];
  /** Where the texts are that are being said. */
  readonly #open = new Map<string, number>();

  constructor(turn: Turn, round: number) {
    this.#turn = turn;
    this.#round = round;
  }

  content(): readonly Content[] {
    return this.#content;
  }

  /** The part as the program sees it, if it does. */
  pass(part: StreamPart): StreamPart | undefined {
    if (part.type === 'stream-start') return this.#round === 0 ? part : undefined;
    if (part.type === 'finish') {
      this.finish = part;
      return undefined;
    }
    if (isText(part)) return this.#text(part);
    if (isInput(part)) return this.#input(part);
    if (part.type === 'error') this.hasFailed = true;
    if (!isContent(part)) return part;
    this.#content.push(part);
    return this.#turn.isHidden(part) ? undefined : part;
  }

  /** Models count their texts anew in every answer: to the program it is one. */
  #text(part: TextPart): StreamPart {
    const type = part.type.startsWith('text') ? 'text' : 'reasoning';
    const key = `${type} ${part.id}`;
    if (part.type.endsWith('start')) this.#open.set(key, this.#content.push({ type, text: '' }) - 1);
    const at = this.#open.get(key);
    const before = at === undefined ? undefined : (this.#content[at] as Extract<Content, { text: string }>);
    if (at !== undefined && before) {
      const text = before.text + ('delta' in part ? part.delta : '');
      const { providerMetadata = before.providerMetadata } = part;
      this.#content[at] = { type, text, ...(providerMetadata && { providerMetadata }) };
    }
    return this.#round === 0 ? part : { ...part, id: `${part.id}:${this.#round}` };
  }

  #input(part: InputPart): StreamPart | undefined {
    if (part.type === 'tool-input-start') {
      const { toolName, providerExecuted } = part;
      const call = { type: 'tool-call', toolName, providerExecuted };
      if (this.#turn.isHidden(call)) this.#hidden.add(part.id);
    }
    return this.#hidden.has(part.id) ? undefined : part;
  }
}

const NO_CONTENT: ReadonlySet<string> = new Set(['error', 'response-metadata', 'raw', 'ping']);

const isText = (part: StreamPart): part is TextPart => /^(?:text|reasoning)-(?:start|delta|end)$/.test(part.type);
const isInput = (part: StreamPart): part is InputPart => part.type.startsWith('tool-input-');
const isContent = (part: StreamPart): part is Extract<StreamPart, Content> => !NO_CONTENT.has(part.type);
