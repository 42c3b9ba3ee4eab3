/** What a model is asked with: its messages with shorter results, what was fetched unseen before, and our tool. */
import type { BaseMessage } from '@langchain/core/messages';
import type { Figures } from '../../sdk/results.ts';
import type { Read, Reader } from './reader.ts';
import { besideOf, isTooLong } from '../beside.ts';
import { placesIn } from '../kept-turns.ts';
import { chatOf, withShorter } from './messages.ts';
import { bagOf, hasFunctions, isTaken, withOurs } from './own-tool.ts';
import { type Owner, Turn } from './turn.ts';
import type { AnyModel, Options } from './types.ts';

export interface Prompt {
  readonly messages: readonly BaseMessage[];
  readonly options: Options;
  readonly figures?: Figures;
  /** Where the model may fetch originals. */
  readonly turn?: Turn;
  /** A program reads the answer, which is what was said last. */
  readonly isObject: boolean;
}

export interface Asker extends Owner {
  readonly model: AnyModel;
  /** Our tool as this model takes it. */
  readonly shape: () => unknown;
  readonly reader: Reader;
}

export interface Asked {
  readonly messages: readonly BaseMessage[];
  readonly options: Options;
  readonly isStream: boolean;
}

interface Offer {
  readonly tools: readonly unknown[];
  /** Our tool, where it is among them. */
  readonly shape: unknown;
  readonly isObject: boolean;
  /** New views may be made. */
  readonly mayView: boolean;
  /** Views of earlier requests may stay. */
  readonly mayKeepViews: boolean;
}

function offerIn({ options, isStream }: Asked, asker: Asker): Offer {
  const isObject = wantsObject(options);
  const tools = toolsOf(options, asker.model);
  const shape = mayOffer(options, tools, asker) && !(isObject && isStream) ? asker.shape() : undefined;
  const canAlways = asker.headroom.options.offersRetrieval === true;
  const canFetch = shape !== undefined && isFree(options['tool_choice']);
  return { tools, shape, isObject, mayView: canFetch || canAlways, mayKeepViews: shape !== undefined || canAlways };
}

/** What will be saved in a request before it is made; undefined where that is not known. */
export async function figuresFor(asked: Asked, asker: Asker): Promise<Figures | undefined> {
  try {
    return (await readingOf(asked, offerIn(asked, asker), asker)).said;
  } catch {
    // The request itself will say so.
    return undefined;
  }
}

export async function promptOf(asked: Asked, asker: Asker): Promise<Prompt> {
  const { messages, options } = asked;
  try {
    const offer = offerIn(asked, asker);
    const { tools, shape, isObject, mayKeepViews } = offer;
    const { chat, said } = await readingOf(asked, offer, asker);
    const shorter = withShorter(messages, chat, said.request.messages, mayKeepViews);
    if (shape === undefined) return { messages: shorter, options, figures: said, isObject };
    const places = placesIn(chat.messages);
    return {
      messages: asker.exchanges.putBack(shorter, chat.starts, places),
      options: { ...options, tools: withOurs(tools, shape) },
      figures: said,
      turn: new Turn(asker, places.at(-1)!),
      isObject,
    };
  } catch (error) {
    if (isTooLong(error)) throw error;
    asker.headroom.options.warn?.(`messages go out as they are: ${String(error)}`);
    return { messages, options, isObject: false };
  }
}

function readingOf({ messages, options }: Asked, { tools, shape, mayView }: Offer, asker: Asker): Promise<Read> {
  const chat = chatOf(messages);
  const all = shape === undefined ? messages : asker.exchanges.putBack(messages, chat.starts, placesIn(chat.messages));
  const most = options['maxTokens'] ?? options['max_tokens'] ?? bagOf(asker.model)['maxTokens'];
  return asker.reader.read(chat, messages, {
    canFetch: mayView,
    maxTokens: typeof most === 'number' && most > 0 ? most : undefined,
    beside: besideOf([tools, shape], all, messages),
  });
}

/** Some models keep what is bound to them. */
function toolsOf(options: Options, model: AnyModel): readonly unknown[] {
  const tools = options['tools'] ?? bagOf(bagOf(model)['defaultOptions'])['tools'];
  return Array.isArray(tools) ? tools : [];
}

/** Depends on the tools and on what stays from call to call: they begin the prefix that providers cache. */
function mayOffer(options: Options, tools: readonly unknown[], { headroom, model }: Asker): boolean {
  if (headroom.options.profile === 'lossless' || options['strict'] === true) return false;
  const answers = options['n'] ?? bagOf(model)['n'] ?? 1;
  return answers === 1 && hasFunctions(tools) && !isTaken(tools);
}

/** Whoever must call another tool, or none, gets no new views. */
function isFree(choice: unknown): boolean {
  const { type } = bagOf(choice);
  const said = typeof choice === 'string' ? choice : type;
  return choice === undefined || choice === null || ['auto', 'any', 'required'].includes(String(said));
}

function wantsObject(options: Options): boolean {
  const { ls_structured_output_format: traced, response_format, responseSchema, outputFormat } = options;
  const nested = [bagOf(options['outputConfig'])['format'], bagOf(options['text'])['format']];
  const isText = bagOf(response_format)['type'] === 'text';
  const format = isText ? undefined : response_format;
  return [traced, format, responseSchema, outputFormat, ...nested].some((one) => one !== undefined && one !== null);
}
