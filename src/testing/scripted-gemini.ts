/** A reply of the scripted provider in the words of the Gemini API: whole, and in the chunks of a stream. */
import type { JsonObject } from '../core/json/value.ts';
import type { ReplyShape } from './scripted-replies.ts';

/** As models stream: a few words at a time. */
const CHUNK_CHARS = 40;
const THOUGHT_TOKENS = 11;

export function geminiResponse(shape: ReplyShape): JsonObject {
  const { text } = shape.reply;
  return chunk(shape, [...(text === '' ? [] : [{ text }]), ...calls(shape)], 'STOP');
}

/** The last chunk says nothing but that it is the last. */
export function geminiChunks(shape: ReplyShape): readonly JsonObject[] {
  const characters = Array.from(shape.reply.text);
  const texts = Array.from({ length: Math.ceil(characters.length / CHUNK_CHARS) }, (_, index) =>
    characters.slice(index * CHUNK_CHARS, (index + 1) * CHUNK_CHARS).join(''),
  );
  const parts = [...texts.map((text) => ({ text })), ...calls(shape)];
  return [...parts.map((part) => chunk(shape, [part])), chunk(shape, [{ text: '' }], 'STOP')];
}

/** Of calls that are made at once only the first is signed. */
function calls({ reply, number }: ReplyShape): readonly JsonObject[] {
  return reply.calls.map(({ id, name, input }, index) => ({
    functionCall: { id, name, args: input },
    ...(index === 0 && { thoughtSignature: btoa(`signature ${number}?>`) }),
  }));
}

function chunk({ reply, model, number, usage }: ReplyShape, parts: readonly JsonObject[], finish?: string): JsonObject {
  const prompt = usage.inputTokens + usage.cacheReadTokens;
  const candidates = Math.ceil((reply.text.length + JSON.stringify(reply.calls).length) / 4);
  return {
    candidates: [{ content: { role: 'model', parts }, ...(finish && { finishReason: finish }), index: 0 }],
    usageMetadata: {
      promptTokenCount: prompt,
      ...(usage.cacheReadTokens > 0 && { cachedContentTokenCount: usage.cacheReadTokens }),
      candidatesTokenCount: candidates,
      totalTokenCount: prompt + candidates + THOUGHT_TOKENS,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
      thoughtsTokenCount: THOUGHT_TOKENS,
    },
    modelVersion: model,
    responseId: `scripted-${number}`,
  };
}
