/** A later hop that fails inside a program: what its client gets is what the proxy would have given it. */
import { describe, expect, test } from 'vitest';
import { type Way, WAYS } from '../testing/scripted-hops.ts';
import { headroomFetch } from './fetch.ts';

type Answer = (way: Way) => Response;

/** The model fetches an original, and that is what comes then. */
async function asked(way: Way, later: Answer): Promise<{ readonly status: number; readonly body: string }> {
  let hops = 0;
  const fetch = headroomFetch({}, async () => (hops++ === 0 ? as(way.type, way.fetching) : later(way)));
  const response = await fetch(`http://model.test${way.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'k' },
    body: way.request,
  });
  return { status: response.status, body: await response.text() };
}

const as = (type: string, body: string | ReadableStream): Response =>
  new Response(body, { headers: { 'content-type': type } });

function brokenOff(way: Way): Response {
  const half = Buffer.from(way.saying('found').slice(0, 100));
  let isFirst = true;
  return as(
    way.type,
    new ReadableStream({
      pull(controller) {
        if (isFirst) controller.enqueue(half);
        else controller.error(new TypeError('terminated'));
        isFirst = false;
      },
    }),
  );
}

const unreachable: Answer = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
};
const FAILURES: readonly (readonly [name: string, answer: Answer, words: RegExp])[] = [
  ['breaks off', brokenOff, /model\.test broke off/],
  ['finds nobody', unreachable, /model\.test cannot be reached \(ECONNREFUSED\)/],
  ['is a page', () => as('text/html', '<html>'), /model\.test answered with a page/],
  ['has no body', ({ type }) => as(type, ''), /model\.test answered with nothing/],
];

describe.each(WAYS)('R-23 $name: a later hop that', (way) => {
  test.each(FAILURES)('%s is an error of this API', async (_name, answer, words) => {
    const { status, body } = await asked(way, answer);
    expect(way.errorIn(body)).toMatch(words);
    expect(status).toBe(way.isStreaming ? 200 : 502);
    expect(body).not.toMatch(/<html|headroom_retrieve/);
  });

  test('is answered goes on in the same answer', async () => {
    const { status, body } = await asked(way, (one) => as(one.type, one.saying('found')));
    expect([status, body.includes('found'), body.includes('headroom_retrieve')]).toEqual([200, true, false]);
  });
});
