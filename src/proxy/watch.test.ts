import { expect, test } from 'vitest';
import { gemini } from '../formats/gemini/format.ts';
import { Watcher } from './watch.ts';

test('of a request that was sent again the last answer counts, encoded as it says', async () => {
  const watch = new Watcher(gemini);
  watch.start(403, ['content-type', 'text/html', 'content-encoding', 'gzip']);
  watch.see(Buffer.from('refused'));
  watch.start(200, ['content-type', 'application/json']);
  watch.see(Buffer.from('{"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3}}'));
  const summary = await watch.finish(true);
  expect(summary).toMatchObject({ complete: true, usage: { inputTokens: 12, outputTokens: 3 } });
});
