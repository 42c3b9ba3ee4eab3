import { expect, test } from 'vitest';
import { webHop } from './web-hop.ts';
import { WebReceiver } from './web-receiver.ts';

const PIECE = new Uint8Array(50_000);

function endless(onPull: () => void, onCancel: () => void): Response {
  return new Response(
    new ReadableStream(
      { pull: (controller) => (onPull(), controller.enqueue(PIECE.slice())), cancel: onCancel },
      { highWaterMark: 0 },
    ),
    { headers: { 'x-one': '1', 'content-encoding': 'gzip', 'content-length': '7' } },
  );
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('whoever reads sets the pace, and what is decoded is not called encoded', async () => {
  const root = new WebReceiver('http://x/', undefined);
  let [pulls, isCancelled] = [0, false];
  const done = webHop(
    () =>
      Promise.resolve(
        endless(
          () => pulls++,
          () => (isCancelled = true),
        ),
      ),
    { client: root, watch: undefined },
    root,
  );
  const response = await root.response;
  expect(response.url).toBe('http://x/');
  expect(Object.fromEntries(response.headers)).toEqual({ 'x-one': '1' });
  await tick();
  expect(pulls).toBeLessThan(5);
  const reader = response.body!.getReader();
  for (let index = 0; index < 20; index++) await reader.read();
  await tick();
  expect(pulls).toBeGreaterThanOrEqual(20);
  expect(pulls).toBeLessThan(26);
  await reader.cancel();
  expect((await done).status).toBe(200);
  expect(isCancelled).toBe(true);
});

test('an abort before the answer is the reason that was given, and ends the request', async () => {
  const controller = new AbortController();
  const root = new WebReceiver('http://x/', controller.signal);
  const reason = new Error('enough');
  const done = webHop(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    { client: root, watch: undefined },
    root,
  );
  controller.abort(reason);
  await expect(root.response).rejects.toBe(reason);
  expect(await done).toEqual({ status: 0, failure: reason });
});

test('a failure in the middle is the very error that the reader gets', async () => {
  const root = new WebReceiver('http://x/', undefined);
  const trouble = new Error('cut');
  let isFirst = true;
  const body = new ReadableStream({
    pull(controller) {
      if (isFirst) controller.enqueue(PIECE.slice());
      else controller.error(trouble);
      isFirst = false;
    },
  });
  const done = webHop(() => Promise.resolve(new Response(body)), { client: root, watch: undefined }, root);
  const response = await root.response;
  await expect(response.arrayBuffer()).rejects.toBe(trouble);
  expect(await done).toEqual({ status: 200, failure: trouble });
});

test('answers that have no body have none', async () => {
  const root = new WebReceiver('http://x/', undefined);
  const none = new Response(null, { status: 204 });
  await webHop(() => Promise.resolve(none), { client: root, watch: undefined }, root);
  const response = await root.response;
  expect([response.status, response.body]).toEqual([204, null]);
});
