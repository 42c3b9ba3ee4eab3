/** A chat model like another, by inheritance from that very object, but for the steps that are Headroom's. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { type BaseMessage, coerceMessageLikeToMessage } from '@langchain/core/messages';
import { type Headroom, insideOf, type Savings } from '../../sdk/headroom.ts';
import type { SavingsSummary } from './chat-model.ts';
import { eventsOf } from './events.ts';
import { generated } from './generate.ts';
import { metadataOf, withMetadata } from './metadata.ts';
import { shapeFor } from './own-tool.ts';
import { type Asked, type Asker, figuresFor, type Prompt, promptOf } from './prompt.ts';
import { Reader } from './reader.ts';
import { streamed } from './stream.ts';
import type { Owner } from './turn.ts';
import type { Options, Steps } from './types.ts';

type Method = (...args: never[]) => unknown;
type Lists = readonly (readonly BaseMessage[])[];

/** What we touch of a model; some of it not every model has. */
interface Inner extends Steps {
  generate(lists: Lists, options?: Options, callbacks?: unknown): Promise<unknown>;
  _streamIterator(input: unknown, options?: Options): AsyncGenerator<unknown>;
  bindTools?: Method;
  withConfig: Method;
  withStructuredOutput?: Method;
  _getModelInstance?: (config?: unknown) => Promise<unknown>;
  disableStreaming?: boolean;
  streaming?: boolean;
}

const inners = new WeakMap<object, object>();

/** Where bindings and sequences of LangChain have the model that they begin with. */
const PLACES = ['bound', 'first'] as const;

/** What a model says of itself and its calls: its class may keep that where only the given model has it. */
const SAID_BY_MODEL = [
  '_llmType',
  '_identifyingParams',
  'invocationParams',
  'getLsParams',
  '_combineLLMOutput',
  '_getInvocationParamsForTracing',
  '_getCallOptionsForTracing',
] as const;

export function derived<Model extends BaseChatModel>(given: Model, owner: Owner): Model {
  const model = (inners.get(given) ?? given) as Model;
  const own = Object.create(model) as Model;
  inners.set(own, model);
  const inner = model as unknown as Inner;
  const asker = askerOf(model, owner);
  const methods = {
    ...wordsOf(model),
    ...startsOf(inner, own, asker),
    ...stepsOf(inner, asker),
    ...makersOf(inner, own, owner),
  };
  Object.defineProperties(own, {
    ...Object.fromEntries(
      Object.entries(methods).map(([name, value]) => [name, { value, writable: true, configurable: true }]),
    ),
    ...figuresOf(owner.headroom),
  });
  return own;
}

function summaryOf({ requests, tokensBefore, tokensAfter, tokensSaved }: Savings): SavingsSummary {
  return {
    totalRequests: requests,
    totalTokensBefore: tokensBefore,
    totalTokensAfter: tokensAfter,
    totalTokensSaved: tokensSaved,
    averageSavingsPercent: tokensBefore === 0 ? 0 : (100 * tokensSaved) / tokensBefore,
  };
}

/** A model, or what has one bound, with Headroom; anything else, and what has it already, stays as it is. */
export function withOwner(given: unknown, owner: Owner): unknown {
  if (typeof given !== 'object' || given === null || inners.has(given)) return given;
  if ('_generate' in given) return derived(given as BaseChatModel, owner);
  const place = PLACES.find((key) => key in given);
  const model: unknown = place && Reflect.get(given, place);
  const wrapped = withOwner(model, owner);
  if (!place || wrapped === model) return given;
  return Object.create(Object.getPrototypeOf(given) as object, {
    ...Object.getOwnPropertyDescriptors(given),
    [place]: { value: wrapped, writable: true, enumerable: true, configurable: true },
    ...figuresOf(owner.headroom),
  });
}

function figuresOf(headroom: Headroom): PropertyDescriptorMap {
  return {
    headroom: { value: headroom },
    totalTokensSaved: { get: () => headroom.savings.tokensSaved },
    getSavingsSummary: { value: () => summaryOf(headroom.savings) },
  };
}

function wordsOf(model: BaseChatModel): Record<string, unknown> {
  const words = SAID_BY_MODEL.map((name) => [name, Reflect.get(model, name) as Method | undefined] as const);
  return Object.fromEntries(words.flatMap(([name, method]) => (method ? [[name, method.bind(model)]] : [])));
}

/** What makes another model of this one: with tools, with settings, of a name that is given late. */
function makersOf(inner: Inner, own: object, owner: Owner): Record<string, unknown> {
  const { bindTools, withConfig, withStructuredOutput, _getModelInstance: instance } = inner;
  const passing = (make: Method, self: object): Method => {
    return (...args) => withOwner(make.apply(self, args), owner);
  };
  return {
    withConfig: passing(withConfig, inner),
    ...(bindTools && { bindTools: passing(bindTools, inner) }),
    ...(withStructuredOutput && { withStructuredOutput: passing(withStructuredOutput, own) }),
    ...(instance && {
      _getModelInstance: async (config?: unknown) => withOwner(await instance.call(inner, config), owner),
    }),
  };
}

function askerOf(model: BaseChatModel, owner: Owner): Asker {
  let shape: { readonly value: unknown } | undefined;
  return {
    ...owner,
    model,
    reader: new Reader(owner.headroom, model),
    shape: () => (shape ??= { value: shapeFor(model, owner.headroom) }).value,
  };
}

/** Before a run begins: what its metadata will say. */
function startsOf(inner: Inner, own: object, asker: Asker): Partial<Inner> {
  return {
    async generate(given, options, callbacks) {
      const lists = given.map((list) => list.map(coerceMessageLikeToMessage));
      if (Array.isArray(options)) return inner.generate.call(own, lists, options, callbacks);
      const isStream = inner.streaming === true;
      const figures = lists.map((messages) => figuresFor({ messages, options: options ?? {}, isStream }, asker));
      const said = metadataOf(await Promise.all(figures));
      return inner.generate.call(own, lists, withMetadata(options, said), callbacks);
    },
    async *_streamIterator(input, options) {
      if (!isOverridden(inner, '_streamResponseChunks') || inner.disableStreaming) {
        return yield* inner._streamIterator.call(own, input, options);
      }
      const messages = messagesIn(inner, input);
      const figures = await figuresFor({ messages, options: options ?? {}, isStream: true }, asker);
      yield* inner._streamIterator.call(own, messages, withMetadata(options, metadataOf([figures])));
    },
  };
}

function stepsOf(inner: Inner, asker: Asker): Partial<Steps> {
  const steps: Steps = {
    async _generate(messages, options, runManager) {
      const prompt = await leaving({ messages, options, isStream: inner.streaming === true }, asker);
      if (!prompt.turn) return inner._generate(prompt.messages, prompt.options, runManager);
      return generated(inner, prompt, prompt.turn, runManager);
    },
    async *_streamResponseChunks(messages, options, runManager) {
      const prompt = await leaving({ messages, options, isStream: true }, asker);
      if (prompt.turn) yield* streamed(inner, prompt, prompt.turn, runManager);
      else yield* inner._streamResponseChunks(prompt.messages, prompt.options, runManager);
    },
    async *_streamChatModelEvents(messages, options, runManager) {
      const prompt = await leaving({ messages, options, isStream: true }, asker);
      if (prompt.turn) yield* eventsOf(inner, prompt, prompt.turn, runManager);
      else yield* inner._streamChatModelEvents(prompt.messages, prompt.options, runManager);
    },
  };
  // What a model leaves to its base class stays there: it asks for the steps above.
  return Object.fromEntries(
    Object.entries(steps).filter(([name]) => name === '_generate' || isOverridden(inner, name as keyof Steps)),
  );
}

/** The prompt of a request that is on its way. */
async function leaving(asked: Asked, asker: Asker): Promise<Prompt> {
  const prompt = await promptOf(asked, asker);
  asker.reader.forget(asked.messages);
  if (prompt.figures) insideOf(asker.headroom).count(prompt.figures);
  return prompt;
}

function messagesIn(inner: Inner, input: unknown): readonly BaseMessage[] {
  const kind = inner.constructor as unknown as {
    _convertInputToPromptValue(input: unknown): { toChatMessages(): BaseMessage[] };
  };
  return kind._convertInputToPromptValue(input).toChatMessages();
}

/** LangChain asks whether a step is that of its base class: the class that is last to have it. */
function isOverridden(inner: object, step: keyof Steps): boolean {
  const owners: object[] = [];
  for (let one: object | null = inner; one; one = Object.getPrototypeOf(one) as object | null) {
    if (Object.hasOwn(one, step)) owners.push(one);
  }
  return owners.length > 1;
}
