/** Just enough of the APIs that only pass through Headroom for their own agents to work: one command, then a text. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { Answer } from '../e2e/wire.ts';

interface Turn {
  readonly body: { readonly tools?: readonly object[] };
  readonly isFirst: boolean;
}

const COMMAND = 'cat orders.json';

/** @param text what the model says at last. */
export function responsesModel(text: string): Answer {
  return ({ url, body }, response) => {
    if (!url.endsWith('/responses')) return notFound(response);
    const { body: request, isFirst } = turnOf(body, 'function_call_output');
    const tool = request.tools
      ?.map((one) => (one as { name?: string }).name)
      .find((name) => /shell|exec/.test(name ?? ''));
    const input =
      tool === 'exec_command' ? { cmd: COMMAND } : { command: tool === 'shell' ? ['bash', '-lc', COMMAND] : COMMAND };
    const item = isFirst
      ? {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: tool,
          arguments: JSON.stringify(input),
          status: 'completed',
        }
      : {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text, annotations: [] }],
        };
    const usage = {
      input_tokens: 9,
      output_tokens: 5,
      total_tokens: 14,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    };
    const whole = { id: 'resp_1', object: 'response', status: 'completed', output: [item], usage };
    events(response, [
      { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: whole },
    ]);
  };
}

function turnOf(body: Buffer, resultKey: string): Turn {
  const text = body.toString();
  return { body: JSON.parse(text) as Turn['body'], isFirst: !text.includes(`"${resultKey}"`) };
}

function events(response: ServerResponse, list: readonly JsonObject[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of list)
    response.write(
      `${typeof event.type === 'string' ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`,
    );
  response.end();
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not here","code":404}}');
}
