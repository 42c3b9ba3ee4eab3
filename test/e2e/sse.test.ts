/** Streams pass as streams: the same bytes, at once, and an end that is only an end when the provider ended it. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect } from 'vitest';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { type Answer, open, type RawUpstream, send, startUpstream } from './wire.ts';

/** As short as a stream can be that still has events, a character of four bytes and both kinds of line end. */
const STREAM = Buffer.from(
  [
    'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3}}}\n\n',
    ': keep-alive\r\n\r\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"é😀"}}\n\n',
    'data: {"type":"message_stop"}\n\n',
  ].join(''),
);
const BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}';
const PATHS = ['/v1/messages', '/v1/chat/completions', '/v1/responses'];

let upstream: RawUpstream;
let proxy: ProxyProcess;
let answer: Answer;

beforeAll(async () => {
  upstream = await startUpstream((request, response) => answer(request, response));
  proxy = await startProxyProcess({ upstream: upstream.url, flags: ['--response-timeout-ms', '2500'] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** Each piece leaves as its own packet: nothing is gathered on the way out. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  response.write(piece);
  await new Promise(setImmediate);
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
}

async function nextPiece(stream: IncomingMessage): Promise<Buffer> {
  for (;;) {
    const piece = stream.read() as Buffer | null;
    if (piece !== null) return piece;
    await once(stream, 'readable');
  }
}

verifies('stream:bytes-unchanged', 'a stream cut in two at any byte arrives with the same bytes', async () => {
  for (let cut = 1; cut < STREAM.length; cut++) {
    answer = async (_, response) => {
      begin(response);
      await write(response, STREAM.subarray(0, cut));
      response.end(STREAM.subarray(cut));
    };
    const got = await send(proxy.url, { path: '/v1/messages', body: BODY });
    expect([cut, got.isComplete, got.body.equals(STREAM)]).toEqual([cut, true, true]);
  }
});

for (const path of PATHS) {
  verifies('stream:bytes-unchanged', `a stream of single bytes arrives with the same bytes (${path})`, async () => {
    answer = async (_, response) => {
      begin(response);
      for (const byte of STREAM) await write(response, Buffer.of(byte));
      response.end();
    };
    const got = await send(proxy.url, { path, body: BODY });
    expect([got.isComplete, got.body.equals(STREAM)]).toEqual([true, true]);
  });

  verifies('stream:first-byte-not-delayed', `each piece arrives before the next one is sent (${path})`, async () => {
    const pieces = [STREAM.subarray(0, 1), STREAM.subarray(1, 40), STREAM.subarray(40, 150), STREAM.subarray(150)];
    const gates = pieces.map(() => Promise.withResolvers<void>());
    answer = async (_, response) => {
      begin(response);
      for (const [index, piece] of pieces.entries()) {
        // A proxy that holds anything back never opens the gate, and the test ends by its time limit.
        await gates[index]!.promise;
        await write(response, piece);
      }
      response.end();
    };
    const stream = await open(proxy.url, { path, body: BODY });
    for (const [index, piece] of pieces.entries()) {
      gates[index]!.resolve();
      let got = Buffer.alloc(0);
      while (got.length < piece.length) got = Buffer.concat([got, await nextPiece(stream)]);
      expect(got.equals(piece)).toBe(true);
    }
  });

  verifies('stream:cut-is-seen', `a stream that breaks off upstream breaks off at the client (${path})`, async () => {
    for (const cut of [1, 60, STREAM.length - 1, STREAM.length]) {
      answer = async (_, response) => {
        begin(response);
        await write(response, STREAM.subarray(0, cut));
        await sleep(20);
        response.destroy();
      };
      const got = await send(proxy.url, { path, body: BODY });
      expect([cut, got.status, got.isComplete]).toEqual([cut, 200, false]);
      expect(STREAM.subarray(0, got.body.length).equals(got.body)).toBe(true);
    }
  });
}

verifies('stream:cut-is-seen', 'a body shorter than its Content-Length breaks off at the client', async () => {
  answer = async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    await write(response, Buffer.from('{"type":'));
    await sleep(20);
    response.destroy();
  };
  const got = await send(proxy.url, { path: '/v1/messages', body: BODY });
  expect([got.isComplete, got.body.toString()]).toEqual([false, '{"type":']);
});

verifies(
  'stream:silence-survives',
  'silence within the limit ends nothing, before the first byte and between bytes',
  async () => {
    answer = async (_, response) => {
      await sleep(1500);
      begin(response);
      await write(response, STREAM.subarray(0, 50));
      await sleep(1500);
      response.end(STREAM.subarray(50));
    };
    const got = await send(proxy.url, { path: '/v1/messages', body: BODY });
    expect([got.status, got.isComplete, got.body.equals(STREAM)]).toEqual([200, true, true]);
  },
);

verifies(
  ['stream:cut-is-seen', 'fail-open:upstream'],
  'silence beyond the limit ends in an error before the first byte, in a cut after it',
  async () => {
    answer = async (_, response) => void (await once(response, 'close'));
    const before = await send(proxy.url, { path: '/v1/messages', body: BODY });
    expect([before.status, JSON.parse(before.body.toString()).type]).toEqual([504, 'error']);
    answer = async (_, response) => {
      begin(response);
      await write(response, STREAM.subarray(0, 50));
      await once(response, 'close');
    };
    const within = await send(proxy.url, { path: '/v1/messages', body: BODY });
    expect([within.status, within.isComplete]).toEqual([200, false]);
  },
);

verifies(
  'stream:abort-reaches-upstream',
  'a client that hangs up ends the request upstream, before the first byte and in mid-stream',
  async () => {
    // Nothing else ends it: this proxy would wait for a quarter of an hour.
    await using patient = await startProxyProcess({ upstream: upstream.url });
    for (const isStarted of [false, true]) {
      const arrived = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      answer = async (_, response) => {
        response.on('close', () => closed.resolve());
        if (isStarted) {
          begin(response);
          await write(response, STREAM.subarray(0, 50));
        }
        arrived.resolve();
      };
      const hangUp = new AbortController();
      const call = fetch(`${patient.url}/v1/messages`, { method: 'POST', body: BODY, signal: hangUp.signal }).then(
        (response) => response.text(),
      );
      call.catch(() => undefined);
      await arrived.promise;
      hangUp.abort();
      await expect(call).rejects.toThrow();
      await closed.promise;
    }
  },
);

verifies(
  'stream:pace-is-the-clients',
  'a client that stops reading stops the upstream, and gets everything once it reads on',
  async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const pieces = 64;
    let isStalled = false;
    const stalled = Promise.withResolvers<void>();
    answer = async (_, response) => {
      begin(response);
      for (let index = 0; index < pieces; index++) {
        if (response.write(piece)) continue;
        // Far longer than loopback takes for a piece that somebody reads.
        const drained = once(response, 'drain').then(() => true);
        if (!isStalled && !(await Promise.race([drained, sleep(700, false)]))) {
          isStalled = true;
          stalled.resolve();
        }
        await drained;
      }
      response.end();
      stalled.resolve();
    };
    const stream = await open(proxy.url, { path: '/v1/messages', body: BODY });
    await stalled.promise;
    expect(isStalled).toBe(true);
    let length = 0;
    for await (const chunk of stream) length += (chunk as Buffer).length;
    expect(length).toBe(pieces * piece.length);
  },
);
