/** When a later hop is tried again, by a clock that the test turns. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anthropicMessages } from '../../formats/anthropic-messages/format.ts';
import type { Receiver } from './receiver.ts';
import { sendWithRetrieval } from './with-retrieval.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const message = (block: object, stop_reason: string): Buffer =>
  Buffer.from(JSON.stringify({ type: 'message', role: 'assistant', content: [block], stop_reason, usage: {} }));
const FETCHING = message({ type: 'tool_use', id: 't', name: 'headroom_retrieve', input: {} }, 'tool_use');
const FOUND = message({ type: 'text', text: 'found' }, 'end_turn');
const BUSY = Buffer.from('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');

interface Client extends Receiver {
  destroyed: boolean;
  readonly got: { status: number; body: string };
  leave(): void;
}

function clientOf(): Client {
  const listeners = new Set<() => void>();
  const got = { status: 0, body: '' };
  const client: Client = {
    got,
    destroyed: false,
    writableEnded: false,
    sendDate: true,
    writeHead: (status) => (got.status = status),
    write: (chunk) => ((got.body += Buffer.from(chunk).toString()), true),
    end: () => undefined,
    destroy: () => undefined,
    on: (event, listener) => (event === 'close' && listeners.add(listener), client),
    off: (_event, listener) => (listeners.delete(listener), client),
    leave() {
      client.destroyed = true;
      for (const listener of listeners) listener();
    },
  };
  return client;
}

interface Run {
  readonly client: Client;
  /** When each hop was sent, in seconds. */
  readonly sentAt: readonly number[];
  readonly done: Promise<unknown>;
}

/** The later hop is refused with these headers, as often as there are some, and then answered. */
function run(...refusals: readonly (readonly string[])[]): Run {
  const client = clientOf();
  const sentAt: number[] = [];
  const start = Date.now();
  const done = sendWithRetrieval(
    (_body, { client: to }) => {
      const hop = sentAt.push((Date.now() - start) / 1_000) - 1;
      const refusal = hop === 0 ? undefined : refusals[hop - 1];
      const status = refusal ? 503 : 200;
      to.writeHead(status, '', ['content-type', 'application/json', ...(refusal ?? [])]);
      to.write(refusal ? BUSY : hop === 0 ? FETCHING : FOUND);
      to.end();
      return Promise.resolve({ status, failure: undefined });
    },
    client,
    {
      format: anthropicMessages,
      continuation: anthropicMessages.continuation!,
      toolName: 'headroom_retrieve',
      refusals: undefined,
      job: {
        tenant: 't',
        upstream: undefined,
        format: 'anthropic-messages',
        received: BUSY,
        chainEnd: '',
        held: undefined,
      },
      sent: BUSY,
      advance: ({ hops, end }) =>
        Promise.resolve({
          hops: [...hops, { ...end, results: [] }],
          body: end.calls.length > 0 ? BUSY : undefined,
          problem: undefined,
        }),
      watch: () => undefined,
    },
  );
  return { client, sentAt, done };
}

test.each<[name: string, retryAfter: string, sentAt: readonly number[]]>([
  ['as ever where its provider does not say', '', [0, 0.5, 2.5]],
  ['after the seconds that its provider says', '4', [0, 4, 8]],
  ['after fractions of them', '0.25', [0, 0.25, 0.5]],
  ['at the date that its provider says', 'Sat, 21 Nov 2026 10:00:07 GMT', [0, 7, 9]],
  ['as ever after a date that is over', 'Sat, 21 Nov 2026 09:00:00 GMT', [0, 0.5, 2.5]],
  ['as ever after words that say no time', 'soon', [0, 0.5, 2.5]],
])('a later hop that is refused for now is tried again %s', async (_name, retryAfter, times) => {
  const headers = retryAfter === '' ? [] : ['Retry-After', retryAfter];
  const { client, sentAt, done } = run(headers, headers);
  await vi.runAllTimersAsync();
  await done;
  expect(sentAt.slice(1)).toEqual(times);
  expect(client.got).toMatchObject({ status: 200, body: expect.stringContaining('found') as string });
});

test.each(['11', '3600', 'Sat, 21 Nov 2026 10:10:00 GMT'])(
  'what would take too long (retry-after: %s) reaches the client at once',
  async (retryAfter) => {
    const { client, sentAt, done } = run(['retry-after', retryAfter]);
    await done;
    expect(sentAt).toEqual([0, 0]);
    expect(client.got).toEqual({ status: 503, body: BUSY.toString() });
  },
);

test('a refusal that does not pass reaches the client after the last try', async () => {
  const { client, sentAt, done } = run(['retry-after', '1'], [], []);
  await vi.runAllTimersAsync();
  await done;
  expect(sentAt).toEqual([0, 0, 1, 3]);
  expect(client.got).toEqual({ status: 503, body: BUSY.toString() });
});

test('nothing is sent any more once the client has left', async () => {
  const { client, sentAt, done } = run(['retry-after', '9']);
  await vi.advanceTimersByTimeAsync(1_000);
  client.leave();
  expect(await done).toMatchObject({ failure: expect.any(Error) as Error });
  expect(sentAt).toEqual([0, 0]);
});
