/** What a model is asked with: its messages with shorter results, what was fetched unseen before, and our tool. */
import type { BaseMessage } from '@langchain/core/messages';
import type { Figures } from '../../sdk/results.ts';
import type { Reader } from './reader.ts';
import { endOf } from '../kept-turns.ts';
import { withShorter } from './messages.ts';
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

export async function promptOf({ messages, options, isStream }: Asked, asker: Asker): Promise<Prompt> {
  const isObject = wantsObject(options);
  try {
    const tools = toolsOf(options, asker.model);
    const shape = mayOffer(options, tools, asker) && !(isObject && isStream) ? asker.shape() : undefined;
    const canAlways = asker.headroom.options.offersRetrieval === true;
    const canFetch = shape !== undefined && isFree(options['tool_choice']);
    const { chat, said } = await asker.reader.read(messages, canFetch || canAlways);
    const shorter = withShorter(messages, chat, said.request.messages, shape !== undefined || canAlways);
    if (shape === undefined) return { messages: shorter, options, figures: said, isObject };
    return {
      messages: asker.exchanges.putBack(shorter, chat),
      options: { ...options, tools: withOurs(tools, shape) },
      figures: said,
      turn: new Turn(asker, endOf(chat.messages)),
      isObject,
    };
  } catch (error) {
    asker.headroom.options.warn?.(`messages go out as they are: ${String(error)}`);
    return { messages, options, isObject };
  }
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
