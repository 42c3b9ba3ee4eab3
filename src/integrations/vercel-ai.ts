/**
 * Middleware for the Vercel AI SDK: models read shorter tool results, and fetch originals unseen. What cannot be
 * shortened goes out as it came; errors, aborts and retries are the model's and the SDK's own.
 */
import type { LanguageModelMiddleware } from 'ai';
import { type Headroom, insideOf } from '../sdk/headroom.ts';
import { besideOf, isTooLong } from './beside.ts';
import type { ClientOptions } from './fetch.ts';
import { placesIn } from './kept-turns.ts';
import { ownersOf } from './owner.ts';
import { Exchanges } from './vercel-exchanges.ts';
import { type Chat, chatOf, saidIn, withShorter } from './vercel-prompt.ts';
import { streamOf } from './vercel-stream.ts';
import { type Owner, reasonFor, totalOf, Turn } from './vercel-turn.ts';
import type { Generated, Model, Params, Usage } from './vercel-types.ts';

const ownerOf = ownersOf(() => new Exchanges());

/**
 * For `wrapLanguageModel({ model, middleware: headroomMiddleware() })`: generateText, streamText, agents, structured output.
 * Wherever a prompt has function tools, the model gets one more, `headroom_retrieve`, whose calls the program never sees.
 */
export function headroomMiddleware(options: ClientOptions = {}): LanguageModelMiddleware {
  const owner = ownerOf(options);
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ params, model }) {
      const { sent, turn } = await prepared(params, model, owner, true);
      return turn ? generated(sent, model, turn) : model.doGenerate(sent);
    },
    async wrapStream({ params, model }) {
      // What is said before a call would stand in the object that is being streamed.
      const mayFetch = params.responseFormat?.type !== 'json';
      const { sent, turn } = await prepared(params, model, owner, mayFetch);
      const result = await model.doStream(sent);
      return turn ? { ...result, stream: streamOf(result.stream, sent, model, turn) } : result;
    },
  };
}

interface Prepared {
  readonly sent: Params;
  /** Where the model may fetch originals. */
  readonly turn?: Turn;
}

async function prepared(params: Params, model: Model, owner: Owner, mayFetch: boolean): Promise<Prepared> {
  const { headroom, exchanges } = owner;
  try {
    const chat = chatOf(params.prompt);
    const isOffered = mayFetch && mayOffer(params, headroom);
    const places = placesIn(chat.messages);
    const { name, description, parameters } = headroom.retrieveTool;
    const tool = { type: 'function' as const, name, description, inputSchema: parameters };
    const all = isOffered ? exchanges.putBack(params.prompt, chat.starts, places) : params.prompt;
    const beside = besideOf([params.tools, isOffered && tool], all, params.prompt);
    const prompt = await shorter(params, chat, { headroom, isOffered, model: model.modelId, beside });
    if (!isOffered) return { sent: prompt === params.prompt ? params : { ...params, prompt } };
    const whole = exchanges.putBack(prompt, chat.starts, places);
    const sent = { ...params, prompt: whole, tools: [...(params.tools ?? []), tool] };
    return { sent, turn: new Turn(owner, places.at(-1)!) };
  } catch (error) {
    if (isTooLong(error)) throw error;
    headroom.options.warn?.(`a prompt goes out as it is: ${String(error)}`);
    return { sent: params };
  }
}

/** Depends on the tools alone: they begin the prefix that providers cache, and stay over the steps of an agent. */
function mayOffer({ tools = [] }: Params, { options, retrieveTool }: Headroom): boolean {
  const isTaken = tools.some(({ name }) => name === retrieveTool.name);
  return options.profile !== 'lossless' && !isTaken && tools.some(({ type }) => type === 'function');
}

interface Reader {
  readonly headroom: Headroom;
  readonly isOffered: boolean;
  readonly model: string;
  readonly beside: readonly string[];
}

async function shorter(
  { prompt, toolChoice, maxOutputTokens }: Params,
  chat: Chat,
  { headroom, isOffered, model, beside }: Reader,
): Promise<Params['prompt']> {
  if (chat.messages.length === 0) return prompt;
  // Whoever must not call the tool now gets no new views.
  const canFetch = isOffered && toolChoice?.type !== 'none' && toolChoice?.type !== 'tool';
  const canAlways = headroom.options.offersRetrieval === true;
  const request = { model, max_tokens: maxOutputTokens, messages: chat.messages };
  const inside = insideOf(headroom);
  const said = await inside.shorten(request, { offersRetrieval: canFetch || canAlways }, beside);
  inside.count(said);
  return withShorter(prompt, chat, said.request.messages, isOffered || canAlways);
}

async function generated(first: Params, model: Model, turn: Turn): Promise<Generated> {
  const content: Generated['content'] = [];
  let warnings: Generated['warnings'] | undefined;
  let usage: Usage | undefined;
  for (let sent: Params | undefined = first; ; ) {
    const answer: Generated = await model.doGenerate(sent);
    usage = totalOf(usage, answer.usage);
    warnings ??= answer.warnings;
    content.push(...turn.visible(answer.content));
    sent = await turn.next(sent, answer.content);
    if (sent) continue;
    const finishReason = reasonFor(answer.finishReason, answer.content, turn);
    return { ...answer, ...objectOf(first, answer), content, usage, warnings, finishReason };
  }
}

/** An object is what was said last. */
function objectOf({ responseFormat }: Params, { content, structuredOutputText }: Generated): Partial<Generated> {
  const isWanted = responseFormat?.type === 'json' && structuredOutputText === undefined;
  return isWanted ? { structuredOutputText: saidIn(content) } : {};
}
