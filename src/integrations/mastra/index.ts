/**
 * For Mastra: an input processor that shortens the tool results in what goes to the model, call by call, whichever way the
 * model is given. Memory, results and streams keep what the tools said.
 */
import type { Processor } from '@mastra/core/processors';
import { Headroom, insideOf } from '../../sdk/headroom.ts';
import { isTooLong } from '../beside.ts';
import type { ClientOptions } from '../fetch.ts';
import { chatOf, withShorter } from '../vercel-prompt.ts';
import type { Prompt } from '../vercel-types.ts';

/** A processor of Mastra's that has a say in the prompts of model calls, and in nothing else. */
export type HeadroomProcessor = Processor<'headroom'> & Required<Pick<Processor, 'processLLMRequest'>>;

/**
 * For `new Agent({ inputProcessors: [headroomProcessor()] })`. It cannot answer calls, so it uses forms that lose nothing,
 * unless `offersRetrieval` says that the agent has a tool for originals. Models of the AI SDK can have
 * `headroomMiddleware()` in its place, which answers calls for originals unseen.
 */
export function headroomProcessor({ headroom: given, ...options }: ClientOptions = {}): HeadroomProcessor {
  const headroom = given ?? new Headroom(options);
  return {
    id: 'headroom',
    name: 'Headroom',
    async processLLMRequest({ prompt, model }) {
      try {
        // Mastra's prompts are the AI SDK's, an edition before: what a result can be has the same names.
        const next = await shortened(prompt as unknown as Prompt, model.modelId, headroom);
        return next && { prompt: next as unknown as typeof prompt };
      } catch (error) {
        if (isTooLong(error)) throw error;
        headroom.options.warn?.(`a prompt goes out as it is: ${String(error)}`);
        return undefined;
      }
    },
  };
}

/** Undefined where nothing is shorter. */
async function shortened(prompt: Prompt, model: string, headroom: Headroom): Promise<Prompt | undefined> {
  if (!prompt.some(({ role }) => role === 'tool')) return undefined;
  const chat = chatOf(prompt);
  const mayView = headroom.options.offersRetrieval === true;
  const inside = insideOf(headroom);
  // Processors are not told which tools the model has.
  const said = await inside.shorten({ model, messages: chat.messages }, { offersRetrieval: mayView }, []);
  inside.count(said);
  const next = withShorter(prompt, chat, said.request.messages, mayView);
  return next === prompt ? undefined : next;
}
