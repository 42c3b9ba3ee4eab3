import { expect, test } from 'vitest';
import { formats } from './index.ts';

test.each(formats)('$name: a JSON body beyond the limit is not kept, and has no usage', (format) => {
  const reader = format.readResponse('application/json');
  reader.push(Buffer.from('{"usage":{"input_tokens":1,"prompt_tokens":1},"x":"'));
  const megabytes = Buffer.alloc(4 * 1024 * 1024, 'x');
  for (let count = 0; count < 9; count++) reader.push(megabytes);
  reader.push(Buffer.from('"}'));
  expect(reader.end()).toEqual({ usage: undefined, stopReason: undefined, complete: true });
});

test.each(formats)('$name: an event beyond the limit costs what follows it, and says so', (format) => {
  const reader = format.readResponse('text/event-stream');
  reader.push(Buffer.from('data: '));
  const megabytes = Buffer.alloc(4 * 1024 * 1024, 'x');
  for (let count = 0; count < 9; count++) reader.push(megabytes);
  reader.push(Buffer.from('\n\ndata: [DONE]\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'));
  expect(reader.end().complete).toBe(false);
});

test.each(formats)('$name: every spelling of a JSON content type is read', (format) => {
  for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/problem+json']) {
    const reader = format.readResponse(type);
    reader.push(
      Buffer.from(
        '{"usage":{"input_tokens":5,"prompt_tokens":5,"output_tokens":1},"usageMetadata":{"promptTokenCount":5}}',
      ),
    );
    expect(reader.end().usage?.inputTokens).toBe(5);
  }
});

test.each(formats)('$name: a character of a JSON body that is split over two chunks stays whole', (format) => {
  const reader = format.readResponse('application/json');
  const text =
    '{"stop_reason":"arrêt 😀","status":"arrêt 😀","choices":[{"finish_reason":"arrêt 😀"}],"candidates":[{"finishReason":"arrêt 😀"}]}';
  for (const byte of Buffer.from(text)) reader.push(Uint8Array.of(byte));
  expect(reader.end().stopReason).toBe('arrêt 😀');
});

test.each(formats)('$name: numbers that are no token counts count as none', (format) => {
  const reader = format.readResponse('application/json');
  reader.push(
    Buffer.from(
      '{"usage":{"input_tokens":-1,"prompt_tokens":"9","output_tokens":1e999,"completion_tokens":[1]},' +
        '"usageMetadata":{"promptTokenCount":-1,"candidatesTokenCount":"9","thoughtsTokenCount":1e999}}',
    ),
  );
  expect(reader.end().usage).toEqual({
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
  });
});
