/** A whole answer of a model that may fetch originals: of all its rounds, without the calls that are answered unseen. */
import type { AIMessage, UsageMetadata } from '@langchain/core/messages';
import type { ChatGeneration, ChatResult } from '@langchain/core/outputs';
import { visibleOf } from './hidden-calls.ts';
import { blocksOf, type Content, copyOf, saidIn } from './messages.ts';
import { tokensPast } from './tokens.ts';
import { Shown } from './shown.ts';
import type { Prompt } from './prompt.ts';
import type { Turn } from './turn.ts';
import type { RunManager, Steps } from './types.ts';
import { sumOf } from '../usage.ts';
import { withTotals } from './usage.ts';

interface SoFar {
  readonly content: Content;
  readonly usage: UsageMetadata | undefined;
  readonly metadata: AIMessage['response_metadata'] | undefined;
  readonly llmOutput: ChatResult['llmOutput'];
}

export async function generated(model: Steps, prompt: Prompt, turn: Turn, runManager: RunManager): Promise<ChatResult> {
  const shown = new Shown();
  let { messages } = prompt;
  let before: SoFar | undefined;
  for (;;) {
    const round = shown.round();
    const result = await model._generate(messages, prompt.options, tokensPast(runManager, round));
    const [generation, ...others] = result.generations;
    if (!generation || others.length > 0) return result;
    const { message } = generation;
    const more = await turn.next(message);
    await round.close(more !== undefined, runManager);
    if (!more && !before && visibleOf(message) === message) return result;
    const all = together(before, message as AIMessage, result, prompt.isObject);
    if (!more) {
      turn.end(all.content);
      return visibleResult(result, generation, all);
    }
    prompt.options.signal?.throwIfAborted();
    before = all;
    messages = [...messages, ...more];
  }
}

function together(before: SoFar | undefined, message: AIMessage, { llmOutput }: ChatResult, isObject: boolean): SoFar {
  const { content, response_metadata } = visibleOf(message);
  return {
    content: before && !isObject ? joined(before.content, content) : content,
    usage: sumOf(before?.usage, message.usage_metadata),
    metadata: withTotals(before?.metadata, response_metadata),
    llmOutput: withTotals(before?.llmOutput, llmOutput),
  };
}

function joined(one: Content, other: Content): Content {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  if (typeof one === 'string' && typeof other === 'string') return one + other;
  return [...blocksOf(one), ...blocksOf(other)] as Content;
}

function visibleResult(
  result: ChatResult,
  generation: ChatGeneration,
  { content, usage, metadata, llmOutput }: SoFar,
): ChatResult {
  const message = copyOf(visibleOf(generation.message), {
    content,
    ...(usage && { usage_metadata: usage }),
    ...(metadata && { response_metadata: metadata }),
  });
  const visible = Object.assign(Object.create(Object.getPrototypeOf(generation) as object), generation, {
    text: saidIn(content),
    message,
  }) as ChatGeneration;
  return { ...result, generations: [visible], ...(llmOutput && { llmOutput }) };
}
