/** The callbacks of a run, told of what the program sees: tokens of calls that are answered unseen are none. */
import type { ChatGenerationChunk } from '@langchain/core/outputs';
import type { RoundOfChunks } from './shown.ts';
import type { RunManager } from './types.ts';

type Tell = NonNullable<RunManager>['handleLLMNewToken'];

export function tokensPast(runManager: RunManager, round: RoundOfChunks): RunManager {
  if (!runManager) return undefined;
  const handleLLMNewToken: Tell = async (...told) => {
    const [token, indices, runId, parentRunId, tags, fields] = told;
    const chunk = fields?.chunk;
    if (!isOfChat(chunk)) return runManager.handleLLMNewToken(...told);
    const shown = round.pass(chunk);
    if (!shown) return round.remember(chunk, indices);
    const text = shown === chunk ? token : shown.text;
    return runManager.handleLLMNewToken(text, indices, runId, parentRunId, tags, { ...fields, chunk: shown });
  };
  return Object.create(runManager, { handleLLMNewToken: { value: handleLLMNewToken } }) as NonNullable<RunManager>;
}

function isOfChat(chunk: unknown): chunk is ChatGenerationChunk {
  return typeof chunk === 'object' && chunk !== null && 'message' in chunk;
}
