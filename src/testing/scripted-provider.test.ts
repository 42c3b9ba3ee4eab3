import Anthropic from '@anthropic-ai/sdk';
import OldAnthropic from 'anthropic-sdk-0.71';
import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { type ScriptedProvider, type ScriptSource, startScriptedProvider } from './scripted-provider.ts';

const running: ScriptedProvider[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((provider) => provider.close()));
});

async function start(script?: ScriptSource): Promise<ScriptedProvider> {
  const provider = await startScriptedProvider(script);
  running.push(provider);
  return provider;
}

const CALLS_SHELL = {
  call: [{ tool: /bash/i, input: { command: 'ls -la "ä"' } }],
  text: 'Fertig: 🎉 all done, in more than one delta.',
};
const TOOL = { name: 'Bash', description: 'runs', input_schema: { type: 'object' as const } };
const USER = { role: 'user' as const, content: 'list the files' };

describe.each([
  ['@anthropic-ai/sdk 1.11', Anthropic],
  ['@anthropic-ai/sdk 0.71', OldAnthropic as unknown as typeof Anthropic],
])('%s', (_, Client) => {
  const clientFor = ({ url }: ScriptedProvider): Anthropic => new Client({ apiKey: 'k', baseURL: url, maxRetries: 0 });
  const request = { model: 'claude-x', max_tokens: 10, tools: [TOOL] };

  test('calls the tool that is offered, then says the text', async () => {
    const client = clientFor(await start(CALLS_SHELL));
    const first = await client.messages.create({ ...request, messages: [USER] });
    expect(first.stop_reason).toBe('tool_use');
    const [call] = first.content;
    if (call?.type !== 'tool_use') throw new Error('no call');
    expect(call).toMatchObject({ name: 'Bash', input: { command: 'ls -la "ä"' } });
    const result = { type: 'tool_result' as const, tool_use_id: call.id, content: 'a.txt' };
    const second = await client.messages.create({
      ...request,
      messages: [USER, { role: 'assistant', content: first.content }, { role: 'user', content: [result] }],
    });
    expect(second.content).toMatchObject([{ type: 'text', text: CALLS_SHELL.text }]);
    expect(second.stop_reason).toBe('end_turn');
    expect(second.usage.input_tokens).toBeGreaterThan(0);
  });

  test('streams what it would have said whole', async () => {
    const client = clientFor(await start(CALLS_SHELL));
    const call = await client.messages.stream({ ...request, messages: [USER] }).finalMessage();
    expect(call.content).toMatchObject([{ type: 'tool_use', name: 'Bash', input: { command: 'ls -la "ä"' } }]);
    const { tools: _tools, ...withoutTools } = request;
    const said = await client.messages.stream({ ...withoutTools, messages: [USER] }).finalMessage();
    expect(said.content).toMatchObject([{ type: 'text', text: CALLS_SHELL.text }]);
    expect(said.stop_reason).toBe('end_turn');
  });

  test('counts tokens and lists models', async () => {
    const client = clientFor(await start());
    expect((await client.messages.countTokens({ model: 'claude-x', messages: [USER] })).input_tokens).toBeGreaterThan(
      0,
    );
    expect((await client.models.list()).data[0]?.id).toBe('claude-scripted');
  });

  test('fails with the status and body of the script', async () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const client = clientFor(await start({ error: { status: 529, body } }));
    await expect(client.messages.create({ ...request, messages: [USER] })).rejects.toMatchObject({
      status: 529,
      error: body,
    });
  });
});

describe('openai 7.55', () => {
  const clientFor = ({ url }: ScriptedProvider): OpenAI =>
    new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
  const tool = { type: 'function' as const, function: { name: 'shell_bash', parameters: { type: 'object' } } };
  const request = { model: 'gpt-x', tools: [tool] };

  test('calls the tool that is offered, then says the text', async () => {
    const client = clientFor(await start(CALLS_SHELL));
    const first = await client.chat.completions.create({ ...request, messages: [USER] });
    const message = first.choices[0]!.message;
    const [call] = message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no call');
    expect(JSON.parse(call.function.arguments)).toEqual({ command: 'ls -la "ä"' });
    const second = await client.chat.completions.create({
      ...request,
      messages: [USER, message, { role: 'tool', tool_call_id: call.id, content: 'a.txt' }],
    });
    expect(second.choices[0]).toMatchObject({ message: { content: CALLS_SHELL.text }, finish_reason: 'stop' });
    expect(second.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('streams what it would have said whole, and usage only when asked', async () => {
    const client = clientFor(await start(CALLS_SHELL));
    const run = client.chat.completions.stream({
      ...request,
      messages: [USER],
      stream_options: { include_usage: true },
    });
    const call = await run.finalChatCompletion();
    expect(call.choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: 'shell_bash', arguments: '{"command":"ls -la \\"ä\\""}' } },
    ]);
    expect(call.usage?.prompt_tokens).toBeGreaterThan(0);
    let text = '';
    for await (const chunk of await client.chat.completions.create({
      model: 'gpt-x',
      messages: [USER],
      stream: true,
    })) {
      expect(chunk.choices).toHaveLength(1);
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe(CALLS_SHELL.text);
  });

  test('speaks Responses, whole and streaming, and counts their tokens', async () => {
    const api = clientFor(await start(CALLS_SHELL)).responses;
    const run = { type: 'function' as const, name: 'shell_bash', parameters: { type: 'object' }, strict: false };
    const request = { model: 'gpt-x', tools: [run], input: [USER] };
    for (const isStreaming of [false, true]) {
      const answer = (one: OpenAI.Responses.ResponseCreateParamsNonStreaming): Promise<OpenAI.Responses.Response> =>
        isStreaming ? api.stream({ ...one, stream: true }).finalResponse() : api.create(one);
      const { output } = await answer(request);
      const call = output.find((item) => item.type === 'function_call')!;
      expect(JSON.parse(call.arguments)).toEqual({ command: 'ls -la "ä"' });
      const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'a.txt' };
      const input = [USER, ...(output as OpenAI.Responses.ResponseInputItem[]), result];
      expect(await answer({ ...request, input })).toMatchObject({ output_text: CALLS_SHELL.text, status: 'completed' });
    }
    expect((await api.inputTokens.count({ model: 'gpt-x', input: 'hi' })).input_tokens).toBeGreaterThan(0);
  });

  test('lists models in its own shape', async () => {
    const client = clientFor(await start());
    expect((await client.models.list()).data[0]?.id).toBe('gpt-scripted');
  });
});

describe('the wire', () => {
  const body = JSON.stringify({ model: 'm', stream: true, messages: [USER] });
  const post = (url: string): Promise<Response> =>
    fetch(`${url}/v1/messages?beta=true`, { method: 'POST', body, headers: { 'X-Odd': 'Value' } });

  test('keeps every request as it came', async () => {
    const provider = await start();
    await (await post(provider.url)).text();
    const [request] = provider.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/messages?beta=true', isAborted: false });
    expect(request?.body.toString()).toBe(body);
    expect(request?.rawHeaders).toContain('Value');
  });

  test('says the same however the stream is cut into pieces', async () => {
    const whole = await (await post((await start(CALLS_SHELL)).url)).bytes();
    const pieces = await (await post((await start({ ...CALLS_SHELL, pieceBytes: 7 })).url)).bytes();
    expect(Buffer.from(pieces).equals(Buffer.from(whole))).toBe(true);
  });

  test('cuts the connection after the bytes of the script', async () => {
    const response = await post((await start({ cutAfterBytes: 100 })).url);
    let seen = 0;
    const reading = (async (): Promise<void> => {
      for await (const chunk of response.body!) seen += (chunk as Uint8Array).length;
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toBe(100);
  });

  test('notes a client that leaves before the end', async () => {
    const provider = await start({ chunkDelayMs: 200 });
    const leaving = new AbortController();
    const response = await fetch(`${provider.url}/v1/messages`, { method: 'POST', body, signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
    await expect.poll(() => provider.requests[0]?.isAborted).toBe(true);
  });

  test('answers a body that is not JSON with 400 and an unknown path with 404', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/v1/messages`, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${url}/v2/none`)).status).toBe(404);
  });
});
