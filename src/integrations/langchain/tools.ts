/** Tools whose results are short when they come: same schema, same name, same errors and artifacts. */
import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { Headroom } from '../../sdk/headroom.ts';
import type { ClientOptions } from '../fetch.ts';
import { blocksOf, type Content, copyOf } from './messages.ts';
import { bagOf } from './own-tool.ts';

/** From which size on; or a Headroom, or what to make one of. */
export interface ToolOptions extends ClientOptions {
  /** Texts with fewer tokens stay as they are. Default 200. */
  readonly minTokens?: number | undefined;
}

const MIN_TOKENS = 200;

type Step = (this: unknown, input: unknown, second: unknown, third: unknown) => unknown;

/**
 * The same tools, whose results are said shorter by forms that lose nothing (or by views, where the options say that whoever
 * reads them can fetch originals). Definitions that nothing can be called by stay as they are.
 */
export function wrapToolsWithHeadroom<Tools extends readonly unknown[]>(
  tools: Tools,
  { minTokens = MIN_TOKENS, headroom: given, ...options }: ToolOptions = {},
): Tools {
  const shortener = new Shortener(given ?? new Headroom(options), minTokens);
  return tools.map((one) => wrapped(one, shortener)) as unknown as Tools;
}

function wrapped(tool: unknown, shortener: Shortener): unknown {
  const { _call: call, invoke, responseFormat, name } = bagOf(tool);
  const says = (input: unknown): About => ({ tool: typeof name === 'string' ? name : undefined, input });
  if (typeof call === 'function') {
    const step: Step = async (input, runManager, config) => {
      const isForModel = typeof bagOf(bagOf(config)['toolCall'])['id'] === 'string';
      const about = { ...says(input), isPair: responseFormat === 'content_and_artifact', isForModel };
      const result: unknown = await (call as Step).call(tool, input, runManager, config);
      return isGenerator(result) ? relayed(result, about, shortener) : shorterResult(result, about, shortener);
    };
    return Object.create(tool as object, { _call: { value: step, writable: true, configurable: true } });
  }
  if (typeof invoke !== 'function') return tool;
  const step: Step = async (input, config) =>
    shorterResult(await (invoke as Step).call(tool, input, config, undefined), says(input), shortener);
  return Object.create(tool as object, { invoke: { value: step, writable: true, configurable: true } });
}

interface About {
  readonly tool: string | undefined;
  readonly input: unknown;
  /** A content and its artifact. */
  readonly isPair?: boolean;
  /** It is made a message: what is no text goes there as JSON. */
  readonly isForModel?: boolean;
}

async function shorterResult(value: unknown, about: About, shortener: Shortener): Promise<unknown> {
  if (about.isPair !== true || !Array.isArray(value) || value.length !== 2) return shortener.shorter(value, about);
  const [content, artifact] = value as readonly unknown[];
  return [await shortener.shorter(content, about), artifact];
}

/** What a tool reports on its way goes by. */
async function* relayed(
  steps: AsyncGenerator<unknown, unknown>,
  about: About,
  shortener: Shortener,
): AsyncGenerator<unknown, unknown> {
  return shorterResult(yield* steps, about, shortener);
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

class Shortener {
  readonly #headroom: Headroom;
  readonly #minTokens: number;

  constructor(headroom: Headroom, minTokens: number) {
    this.#headroom = headroom;
    this.#minTokens = minTokens;
  }

  async shorter(value: unknown, about: About): Promise<unknown> {
    try {
      return await this.#shorter(value, about);
    } catch (error) {
      this.#headroom.options.warn?.(`a tool's result stays as it is: ${String(error)}`);
      return value;
    }
  }

  async #shorter(value: unknown, about: About): Promise<unknown> {
    if (typeof value === 'string') return this.#text(value, about);
    if (isMessage(value)) {
      if (value.status === 'error') return value;
      const content = await this.#content(value.content, about);
      return content === value.content ? value : copyOf(value, { content });
    }
    if (isBlocks(value)) return this.#content(value, about);
    if (about.isForModel !== true || !isJson(value)) return value;
    const json = JSON.stringify(value);
    const text = await this.#text(json, about);
    return text === json ? value : text;
  }

  async #content(content: Content, about: About): Promise<Content> {
    if (typeof content === 'string') return this.#text(content, about);
    const blocks = await Promise.all(
      blocksOf(content).map(async (block) => {
        if (block.type !== 'text' || typeof block.text !== 'string') return block;
        const text = await this.#text(block.text, about);
        return text === block.text ? block : { ...block, text };
      }),
    );
    return blocks.every((block, index) => block === content[index]) ? content : (blocks as Content);
  }

  async #text(text: string, { tool, input }: About): Promise<string> {
    // A token is a character at least.
    if (text.length < this.#minTokens) return text;
    const asked = isJson(input) ? { input: JSON.parse(JSON.stringify(input)) } : {};
    const said = await this.#headroom.compress(text, { ...(tool !== undefined && { tool }), ...asked });
    return said.tokensBefore < this.#minTokens ? text : said.text;
  }
}

function isMessage(value: unknown): value is ToolMessage {
  return ToolMessage.isInstance(value as BaseMessage);
}

function isBlocks(value: unknown): value is Exclude<Content, string> {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof bagOf(one)['type'] === 'string');
}

/** Lists and objects as JSON has them; what writes itself in its own way is left alone. */
function isJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || kind === Object.prototype || kind === null;
}
