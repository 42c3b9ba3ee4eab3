/**
 * Stands in for a provider whose model fetches an original: with `x-bench-hops: N` it calls the retrieval tool until the
 * request holds N of its calls, with the hash that the request shows, and then says something new. In events, at once.
 */
import http from 'node:http';

const USAGE = { input_tokens: 1200, output_tokens: 1 };

let answers = 0;
const server = http.createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const wanted = Number(incoming.headers['x-bench-hops'] ?? 0);
    const made = body.split('"toolu_hidden').length - 1;
    // Each call stands there twice: as it was made, and in its result.
    answer(outgoing, made / 2 < wanted ? callFor(body) : { type: 'text', text: `answer ${++answers}` });
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }));
process.on('SIGTERM', () => process.exit(0));

interface Block {
  readonly type: 'text' | 'tool_use';
  readonly text?: string;
  readonly input?: object;
}

function callFor(body: string): Block & { readonly id: string; readonly name: string } {
  const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(body)?.[1] ?? '';
  return {
    type: 'tool_use',
    id: `toolu_hidden${++answers}`,
    name: 'headroom_retrieve',
    input: { hash, lines: '10-30' },
  };
}

function answer(outgoing: http.ServerResponse, block: Block): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  const message = { id: 'msg_01', type: 'message', role: 'assistant', content: [], model: 'm', usage: USAGE };
  const isCall = block.type === 'tool_use';
  const delta = isCall
    ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
    : { type: 'text_delta', text: block.text };
  const events = [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: isCall ? { ...block, input: {} } : { ...block, text: '' } },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: isCall ? 'tool_use' : 'end_turn' },
      usage: { output_tokens: 9 },
    },
    { type: 'message_stop' },
  ];
  outgoing.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
