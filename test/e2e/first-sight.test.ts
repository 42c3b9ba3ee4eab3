/** What a part looked like when the provider first saw it is what it looks like for good, also where Headroom was not always in between. */
import { describe, expect } from 'vitest';
import { resultTexts } from './body-diff.ts';
import { anthropicConversation, chatBody, manyOrders } from './conversations.ts';
import { startProxyProcess } from './proxy-process.ts';
import { replay } from './replay.ts';
import { verifies } from './requirements.ts';
import { JSON_HEADERS, type RawRequest, send, startUpstream } from './wire.ts';

const SIGNED = anthropicConversation();
const LAST = SIGNED.turns.length - 1;

/** Which results of the last turn arrive as the client sent them. */
async function unchangedOf(turns: readonly number[]): Promise<readonly number[]> {
  await using upstream = await startUpstream();
  await using proxy = await startProxyProcess({ upstream: upstream.url });
  for (const turn of turns) await send(proxy.url, { path: SIGNED.path, body: JSON.stringify(SIGNED.turns[turn]) });
  const arrived = resultTexts(upstream.seen.at(-1)!.body);
  const sent = resultTexts(Buffer.from(JSON.stringify(SIGNED.turns[turns.at(-1)!])));
  return sent.flatMap((text, index) => (text === arrived[index] ? [index] : []));
}

describe('signed history', () => {
  verifies(
    'history:signed-by-others-kept',
    'that Headroom never saw stays as it was sent, what is new is shortened',
    async () => {
      const unchanged = await unchangedOf([LAST - 1]);
      // The newest result is a table of records; everything before it was sent by somebody else.
      expect(unchanged).toEqual(Array.from({ length: LAST - 2 }, (_, index) => index));
    },
  );

  verifies(
    'history:signed-by-others-kept',
    'of turns that went past Headroom stays as it was sent when Headroom is back',
    async () => {
      // Turns 4 to 12 went to the provider directly: results 3 to 10 stand whole before reasoning signed then.
      const unchanged = await unchangedOf([0, 1, 2, 3, LAST - 1]);
      expect([3, 4, 5, 6, 7, 8, 9, 10].filter((index) => !unchanged.includes(index))).toEqual([]);
    },
  );

  verifies(
    'cache:prefix-stable-over-login',
    'goes out the same when the client’s access token is renewed',
    async () => {
      await using upstream = await startUpstream();
      await using proxy = await startProxyProcess({ upstream: upstream.url });
      const run = replay(SIGNED, upstream);
      const headers = (token: string): NonNullable<RawRequest['headers']> => [
        ['content-type', 'application/json'],
        ['authorization', `Bearer sk-ant-oat01-${token}`],
      ];
      for (let turn = 0; !run.isDone; turn++) await run.next(proxy.url, { headers: headers(turn < 7 ? 'old' : 'new') });
    },
  );
});

verifies(
  'cache:prefix-stable-over-bypass',
  'what just went past Headroom is left alone by the very next request',
  async () => {
    await using upstream = await startUpstream();
    await using proxy = await startProxyProcess({ upstream: upstream.url });
    const headers = [...JSON_HEADERS, ['x-headroom-bypass', 'true'] as const];
    const path = '/v1/chat/completions';
    let changed = 0;
    for (let round = 0; round < 20; round++) {
      const orders = JSON.stringify(manyOrders(400)).replaceAll('customer', `customer-${round}`);
      const call = { id: 'call_1', type: 'function', function: { name: 'Bash', arguments: '{}' } };
      const messages = [
        { role: 'user', content: `round ${round}` },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: orders },
      ];
      await send(proxy.url, { path, headers, body: JSON.stringify(chatBody(messages)) });
      const next = chatBody([...messages, { role: 'assistant', content: 'x' }, { role: 'user', content: 'go on' }]);
      await send(proxy.url, { path, body: JSON.stringify(next) });
      if (resultTexts(upstream.seen.at(-1)!.body)[0] !== orders) changed += 1;
    }
    expect(changed).toBe(0);
  },
);
