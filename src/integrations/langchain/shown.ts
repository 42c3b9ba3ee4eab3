/**
 * What a program sees of the chunks of a turn: those of all its rounds as one message, without the calls that are
 * answered unseen. From such a call on a round is held back until it is known how it goes on.
 */
import type { AIMessageChunk } from '@langchain/core/messages';
import type { ChatGenerationChunk } from '@langchain/core/outputs';
import { indexOf, isHiddenBlock, pruned, unoffered, visibleContent } from './hidden-calls.ts';
import { blocksOf, callsOf, type Content, saidIn } from './messages.ts';
import { RETRIEVAL_NAME } from './own-tool.ts';
import type { RunManager } from './types.ts';

type Chunk = ChatGenerationChunk;
type Bag = Record<string, unknown>;
type Indices = { readonly prompt: number; readonly completion: number };

/** Where chunks are put together, the latest of these counts; all other texts would be strung together. */
const REPLACED: ReadonlySet<string> = new Set(['id', 'name', 'type', 'output_version', 'model_provider']);

export class Shown {
  id: string | undefined;
  text = '';
  /** The first place among the blocks of the message that is free; a string takes the first of all. */
  next = 0;
  /** Some of what was said came as blocks: then strings are blocks, too. */
  hasBlocks = false;
  readonly said: Set<string> = new Set();
  #rounds = 0;

  round(): RoundOfChunks {
    return new RoundOfChunks(this, this.#rounds++ === 0);
  }
}

export class RoundOfChunks {
  readonly #shown: Shown;
  readonly #isFirst: boolean;
  readonly #offset: number;
  readonly #raw: Chunk[] = [];
  readonly #held: Chunk[] = [];
  readonly #passed = new Map<Chunk, Chunk | undefined>();
  readonly #indices = new Map<Chunk, Indices | undefined>();
  /** Places of hidden calls, in the content and in the list of calls. */
  readonly #places = new Set<number | undefined>();
  readonly #ids = new Set<string>();

  constructor(shown: Shown, isFirst: boolean) {
    this.#shown = shown;
    this.#isFirst = isFirst;
    this.#offset = shown.next;
  }

  /** Undefined where nothing of the round is hidden. */
  get hasHidden(): boolean {
    return this.#held.length > 0;
  }

  /** All of the round in one. */
  whole(): Chunk | undefined {
    const [first, ...rest] = this.#raw;
    return first && rest.reduce((sum, chunk) => sum.concat(chunk), first);
  }

  /** What to show of a chunk now; the chunk itself where it stays as it is. Asked twice it says the same. */
  pass(chunk: Chunk): Chunk | undefined {
    if (this.#passed.has(chunk)) return this.#passed.get(chunk);
    this.#raw.push(chunk);
    this.#notice(chunk.message as AIMessageChunk);
    if (this.#places.size > 0) this.#held.push(chunk);
    const shown = this.#places.size > 0 ? undefined : this.#fitted(chunk);
    this.#passed.set(chunk, shown);
    return shown;
  }

  /** Of a chunk that was held back, what callbacks are to be told with it. */
  remember(chunk: Chunk, indices: Indices | undefined): void {
    this.#indices.set(chunk, indices);
  }

  /** What was held back, as far as it is to be seen. @param goesOn the model is asked again in this turn. */
  release(goesOn: boolean): readonly { readonly chunk: Chunk; readonly indices: Indices | undefined }[] {
    return this.#held.flatMap((held) => {
      const chunk = goesOn ? this.#withoutEnd(held) : this.#visible(held);
      return chunk ? [{ chunk: this.#fitted(chunk), indices: this.#indices.get(held) }] : [];
    });
  }

  /** For answers that come whole, whose chunks only callbacks see. */
  async close(goesOn: boolean, runManager: RunManager): Promise<void> {
    for (const { chunk, indices } of this.release(goesOn)) await tell(runManager, chunk, indices);
  }

  #notice({ content, tool_call_chunks: chunks = [], tool_calls: calls = [] }: AIMessageChunk): void {
    for (const { name, index, id } of chunks) {
      if (name !== RETRIEVAL_NAME) continue;
      this.#places.add(index);
      if (id !== undefined) this.#ids.add(id);
    }
    if (typeof content !== 'string') {
      for (const block of content) if (isHiddenBlock(block)) this.#places.add(indexOf(block));
    }
    if (chunks.length === 0 && calls.some(({ name }) => name === RETRIEVAL_NAME)) this.#places.add(undefined);
  }

  /** An end that is none for the program: what was said, and what it cost. */
  #withoutEnd(chunk: Chunk): Chunk | undefined {
    const message = chunk.message as AIMessageChunk;
    const content = this.#visibleContent(message.content);
    if (content.length === 0 && !message.usage_metadata) return undefined;
    return rebuilt(chunk, { content, tool_call_chunks: [], additional_kwargs: {}, response_metadata: {} }, {});
  }

  #visible(chunk: Chunk): Chunk | undefined {
    const message = chunk.message as AIMessageChunk;
    const { tool_call_chunks: chunks = [], tool_calls: calls = [] } = message;
    const rest = chunks.filter(({ name, index }) => name !== RETRIEVAL_NAME && !this.#isHiddenPlace(index));
    const content = this.#visibleContent(message.content);
    const [additional_kwargs, response_metadata] = [
      pruned(message.additional_kwargs, this.#ids),
      pruned(message.response_metadata, this.#ids),
    ];
    const isSame =
      rest.length === chunks.length &&
      content.length === message.content.length &&
      (chunks.length > 0 || calls.every(({ name }) => name !== RETRIEVAL_NAME)) &&
      additional_kwargs === message.additional_kwargs &&
      response_metadata === message.response_metadata;
    if (isSame) return chunk;
    const isEmpty = content.length === 0 && rest.length === 0 && !message.usage_metadata;
    const hasEnd = Object.keys(message.response_metadata).length > 0 || chunk.generationInfo?.['finish_reason'];
    if (isEmpty && !hasEnd) return undefined;
    return rebuilt(chunk, {
      content,
      tool_call_chunks: rest,
      ...(chunks.length === 0 && { tool_calls: callsOf(message).filter(({ name }) => name !== RETRIEVAL_NAME) }),
      additional_kwargs,
      response_metadata,
    });
  }

  #isHiddenPlace(index: number | undefined): boolean {
    return index !== undefined && this.#places.has(index);
  }

  #visibleContent(content: Content): Content {
    if (typeof content === 'string') return content;
    return blocksOf(visibleContent(content)).filter((block) => !this.#isHiddenPlace(indexOf(block))) as Content;
  }

  /** As a piece of the one message that all rounds are. */
  #fitted(raw: Chunk): Chunk {
    const chunk = withoutOffer(raw);
    const fitted = this.#isFirst ? chunk : this.#continued(chunk);
    const { id, content, additional_kwargs, response_metadata } = fitted.message;
    this.#shown.id ??= id;
    this.#shown.text += saidIn(content);
    this.#occupy(content);
    for (const bag of [additional_kwargs, response_metadata, fitted.generationInfo ?? {}]) {
      for (const key of Object.keys(bag)) this.#shown.said.add(key);
    }
    return fitted;
  }

  #occupy(content: Content): void {
    if (content.length === 0) return;
    const shown = this.#shown;
    shown.hasBlocks ||= typeof content !== 'string';
    const places = typeof content === 'string' ? [0] : content.map(indexOf);
    for (const place of places) shown.next = Math.max(shown.next, (place ?? shown.next) + 1);
  }

  #continued(chunk: Chunk): Chunk {
    const message = chunk.message as AIMessageChunk;
    const { content, tool_call_chunks: chunks = [] } = message;
    const shift = <One>(one: One): One => {
      const index = indexOf(one);
      return index === undefined ? one : { ...one, index: index + this.#offset };
    };
    const info = chunk.generationInfo;
    return rebuilt(
      chunk,
      {
        id: this.#shown.id ?? message.id,
        content: typeof content === 'string' ? this.#placed(content) : content.map(shift),
        tool_call_chunks: chunks.map(shift),
        additional_kwargs: this.#unsaid(message.additional_kwargs),
        response_metadata: this.#unsaid(message.response_metadata),
      },
      info && this.#unsaid(info),
    );
  }

  /** Beside blocks of earlier rounds a text is one, too. */
  #placed(text: string): Content {
    return text === '' || !this.#shown.hasBlocks ? text : [{ type: 'text', text, index: this.#offset }];
  }

  /** Without what an earlier round has said: LangChain would string the two together. */
  #unsaid(bag: Bag): Bag {
    return Object.fromEntries(
      Object.entries(bag).filter(
        ([key, value]) => typeof value !== 'string' || REPLACED.has(key) || !this.#shown.said.has(key),
      ),
    );
  }
}

function withoutOffer(chunk: Chunk): Chunk {
  const response_metadata = unoffered(chunk.message.response_metadata);
  return response_metadata === chunk.message.response_metadata ? chunk : rebuilt(chunk, { response_metadata });
}

function rebuilt(chunk: Chunk, changes: Bag, generationInfo: Bag | undefined = chunk.generationInfo): Chunk {
  const message = chunk.message as AIMessageChunk;
  const { id, name, content, additional_kwargs, response_metadata, usage_metadata, tool_call_chunks } = message;
  const { tool_calls } = message;
  const own = { id, name, content, additional_kwargs, response_metadata, usage_metadata, tool_call_chunks };
  const calls = tool_call_chunks && tool_call_chunks.length > 0 ? {} : { tool_calls };
  const Message = message.constructor as new (fields: Bag) => AIMessageChunk;
  const next = new Message({ ...own, ...calls, ...changes });
  const Kind = chunk.constructor as new (fields: object) => Chunk;
  return new Kind({ message: next, text: saidIn(next.content), ...(generationInfo && { generationInfo }) });
}

export async function tell(runManager: RunManager, chunk: Chunk, indices: Indices | undefined): Promise<void> {
  await runManager?.handleLLMNewToken(chunk.text, indices, undefined, undefined, undefined, { chunk });
}
