/**
 * Stands in for a model provider: reads the whole request, then answers at once. With `x-bench-stream` it answers in
 * events, and the first one says when it was written on the machine's steady clock, which all processes here share.
 */
import http from 'node:http';
import { setPriority } from 'node:os';

const USAGE = { input_tokens: 1200, output_tokens: 60, cache_read_input_tokens: 800, cache_creation_input_tokens: 400 };
const ANSWER = Buffer.from(
  JSON.stringify({
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'The pool was exhausted because a worker was not released. '.repeat(12) }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: USAGE,
  }),
);
const EVENT_COUNT = 12;

// A provider is another machine: under load it must not take the processor from the proxy that is measured.
if (process.argv[2] === 'yielding') setPriority(19);
const server = http.createServer((incoming, outgoing) => {
  const answer = incoming.headers['x-bench-stream'] ? stream : whole;
  incoming.on('end', () => answer(outgoing)).resume();
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }));
process.on('SIGTERM', () => process.exit(0));

function whole(outgoing: http.ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
  outgoing.end(ANSWER);
}

function stream(outgoing: http.ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const message = { id: 'msg_01', type: 'message', role: 'assistant', content: [], model: 'm', usage: USAGE };
  const writtenAt = process.hrtime.bigint().toString();
  outgoing.write(eventOf({ type: 'message_start', message, written_at: writtenAt }));
  outgoing.write(eventOf({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }));
  let sent = 0;
  // One event in each turn of the loop: pauses would let processors fall asleep, and the next request would pay.
  const next = (): void => {
    if (outgoing.destroyed) return;
    if (++sent <= EVENT_COUNT) {
      const delta = { type: 'text_delta', text: `word ${sent} ` };
      outgoing.write(eventOf({ type: 'content_block_delta', index: 0, delta }));
      setImmediate(next);
      return;
    }
    outgoing.write(eventOf({ type: 'content_block_stop', index: 0 }));
    outgoing.write(
      eventOf({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 60 } }),
    );
    outgoing.end(eventOf({ type: 'message_stop' }));
  };
  setImmediate(next);
}

function eventOf(event: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
