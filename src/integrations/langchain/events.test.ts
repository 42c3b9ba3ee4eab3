import { expect, test } from 'vitest';
import { Headroom } from '../../sdk/headroom.ts';
import { eventsOf } from './events.ts';
import { Exchanges } from './exchanges.ts';
import { RETRIEVAL_NAME } from './own-tool.ts';
import { Turn } from './turn.ts';
import type { Event, Steps } from './types.ts';

test('an error in the middle of a hidden call is seen, and the call is not answered', async () => {
  const call = { type: 'tool_call_chunk', id: 'h', name: RETRIEVAL_NAME, args: '', index: 0 };
  const said = [
    { event: 'message-start', id: 'm' },
    { event: 'content-block-start', index: 0, content: call },
    { event: 'error', message: 'overloaded' },
  ] as Event[];
  let asked = 0;
  const model = {
    async *_streamChatModelEvents() {
      asked += 1;
      yield* said;
    },
  } as unknown as Steps;
  const turn = new Turn({ headroom: new Headroom(), exchanges: new Exchanges() }, '');
  const seen: string[] = [];
  const prompt = { messages: [], options: {}, isObject: false };
  for await (const { event } of eventsOf(model, prompt, turn, undefined)) seen.push(event);
  expect(seen).toEqual(['message-start', 'error']);
  expect(asked).toBe(1);
});
