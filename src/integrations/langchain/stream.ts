/** The stream that a program sees of a turn: all its rounds as one, without the calls that are answered unseen. */
import type { ChatGenerationChunk } from '@langchain/core/outputs';
import type { Prompt } from './prompt.ts';
import { Shown, tell } from './shown.ts';
import { tokensPast } from './tokens.ts';
import type { Turn } from './turn.ts';
import type { RunManager, Steps } from './types.ts';

export async function* streamed(
  model: Steps,
  prompt: Prompt,
  turn: Turn,
  runManager: RunManager,
): AsyncGenerator<ChatGenerationChunk> {
  const shown = new Shown();
  let { messages } = prompt;
  for (let isFirst = true; ; isFirst = false) {
    const round = shown.round();
    for await (const chunk of model._streamResponseChunks(messages, prompt.options, tokensPast(runManager, round))) {
      const seen = round.pass(chunk);
      if (seen) yield seen;
    }
    if (isFirst && !round.hasHidden) return;
    const message = round.whole()?.message;
    const isCut = prompt.options.signal?.aborted === true;
    const more = message && !isCut ? await turn.next(message) : undefined;
    for (const { chunk, indices } of round.release(more !== undefined)) {
      yield chunk;
      await tell(runManager, chunk, indices);
    }
    if (!more) return turn.end(shown.text);
    messages = [...messages, ...more];
  }
}
