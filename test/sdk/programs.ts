/** Programs on vendors' clients: each asks, runs the tools that it is asked for, and gives all that it saw. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OlderAnthropic from 'anthropic-sdk-0.71';
import { GoogleGenAI as OlderGenAI } from 'genai-2.32';
import OpenAI from 'openai';

export type Json = any; // oxlint-disable-line typescript/no-explicit-any -- several majors of several libraries, by what they have in common

const MAX_TURNS = 6;
const PARAMETERS = {
  type: 'object' as const,
  properties: { command: { type: 'string' } },
  required: ['command'],
};
const KEY = 'sk-ant-api03-dummy';

export interface Seen {
  /** Whole answers, as the library gives them. */
  readonly answers: readonly Json[];
  /** Events or chunks of streams, in order. */
  readonly events: readonly Json[];
}

export interface Program {
  readonly name: string;
  readonly make: (url: string) => object;
  /** Takes what the tool gives, call by call. */
  readonly run: (client: Json, results: readonly string[]) => Promise<Seen>;
}

type Way = 'whole' | 'helper' | 'stream';

function resultsOf(results: readonly string[]): () => string {
  let index = 0;
  return () => results[index++ % results.length] ?? '';
}

function anthropic(name: string, way: Way, make: Program['make']): Program {
  return {
    name: `${name}, ${way}`,
    make,
    async run(client, results) {
      const next = resultsOf(results);
      const [answers, events]: [Json[], Json[]] = [[], []];
      const messages: Json[] = [{ role: 'user', content: 'why did it fail?' }];
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const tools = [{ name: 'run', description: 'runs', input_schema: PARAMETERS }];
        const request = { model: 'claude-opus-5-5', max_tokens: 64, tools, messages };
        const answer = await anthropicAnswer(client, way, request, events);
        answers.push(answer);
        const asked = answer.content.filter(({ type }: Json) => type === 'tool_use');
        if (asked.length === 0) break;
        const said = asked.map(({ id, name: tool, input }: Json) => ({ type: 'tool_use', id, name: tool, input }));
        messages.push({ role: 'assistant', content: said });
        messages.push({
          role: 'user',
          content: asked.map(({ id }: Json) => ({ type: 'tool_result', tool_use_id: id, content: next() })),
        });
      }
      return { answers, events };
    },
  };
}

async function anthropicAnswer(client: Json, way: Way, request: object, events: Json[]): Promise<Json> {
  if (way === 'whole') return client.messages.create(request);
  if (way === 'helper') {
    const stream = client.messages.stream(request);
    stream.on('streamEvent', (event: Json) => events.push(structuredClone(event)));
    return stream.finalMessage();
  }
  const content: Json[] = [];
  for await (const event of await client.messages.create({ ...request, stream: true })) {
    events.push(event);
    if (event.type === 'content_block_start') content.push({ ...event.content_block, json: '' });
    if (event.delta?.partial_json) content[event.index].json += event.delta.partial_json;
  }
  return { content: content.map(({ json, ...block }) => (json ? { ...block, input: JSON.parse(json) } : block)) };
}

function chat(way: Way): Program {
  return {
    name: `openai chat, ${way}`,
    make: (url) => new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 }),
    async run(client, results) {
      const next = resultsOf(results);
      const [answers, events]: [Json[], Json[]] = [[], []];
      const messages: Json[] = [{ role: 'user', content: 'why did it fail?' }];
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const tools = [{ type: 'function', function: { name: 'run', parameters: PARAMETERS } }];
        const request = { model: 'gpt-4o', messages, tools };
        const answer = await chatAnswer(client, way, request, events);
        answers.push(answer);
        const { message } = answer.choices[0];
        const asked = message.tool_calls ?? [];
        if (asked.length === 0) break;
        messages.push({ role: 'assistant', content: null, tool_calls: asked });
        for (const { id } of asked) messages.push({ role: 'tool', tool_call_id: id, content: next() });
      }
      return { answers, events };
    },
  };
}

async function chatAnswer(client: Json, way: Way, request: object, events: Json[]): Promise<Json> {
  if (way === 'whole') return client.chat.completions.create(request);
  const options = { ...request, stream_options: { include_usage: true } };
  if (way === 'helper') {
    const stream = client.chat.completions.stream(options);
    stream.on('chunk', (chunk: Json) => events.push(structuredClone(chunk)));
    return stream.finalChatCompletion();
  }
  const calls: Json[] = [];
  let content = '';
  for await (const chunk of await client.chat.completions.create({ ...options, stream: true })) {
    events.push(chunk);
    const delta = chunk.choices[0]?.delta;
    content += delta?.content ?? '';
    for (const call of delta?.tool_calls ?? []) {
      calls[call.index] ??= { id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } };
      calls[call.index].function.arguments += call.function.arguments ?? '';
    }
  }
  return { choices: [{ message: { content, ...(calls.length > 0 && { tool_calls: calls }) } }] };
}

function responses(way: Way): Program {
  return {
    name: `openai responses, ${way}`,
    make: (url) => new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 }),
    async run(client, results) {
      const next = resultsOf(results);
      const [answers, events]: [Json[], Json[]] = [[], []];
      const input: Json[] = [{ role: 'user', content: 'why did it fail?' }];
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const tools = [{ type: 'function', name: 'run', parameters: PARAMETERS, strict: false }];
        const answer = await responsesAnswer(client, way, { model: 'gpt-5.2', input, tools }, events);
        answers.push(answer);
        const asked = answer.output.filter(({ type }: Json) => type === 'function_call');
        if (asked.length === 0) break;
        input.push(...answer.output.map(asInput));
        for (const { call_id } of asked) input.push({ type: 'function_call_output', call_id, output: next() });
      }
      return { answers, events };
    },
  };
}

/** What the helpers of streams add is no input. */
function asInput(item: Json): Json {
  const { parsed_arguments: parsed, ...input } = item;
  return parsed === undefined ? item : input;
}

async function responsesAnswer(client: Json, way: Way, request: object, events: Json[]): Promise<Json> {
  if (way === 'whole') return client.responses.create(request);
  if (way === 'helper') {
    const stream = client.responses.stream(request);
    for await (const event of stream) events.push(structuredClone(event));
    return stream.finalResponse();
  }
  let answer: Json;
  for await (const event of await client.responses.create({ ...request, stream: true })) {
    events.push(event);
    if (event.type === 'response.completed') answer = event.response;
  }
  return answer;
}

function genai(name: string, way: Way, make: Program['make']): Program {
  return {
    name: `${name}, ${way}`,
    make,
    async run(client, results) {
      const next = resultsOf(results);
      const [answers, events]: [Json[], Json[]] = [[], []];
      const contents: Json[] = [{ role: 'user', parts: [{ text: 'why did it fail?' }] }];
      const declaration = { name: 'run', description: 'runs', parametersJsonSchema: PARAMETERS };
      const config = { tools: [{ functionDeclarations: [declaration] }] };
      const chats = client.chats.create({ model: 'gemini-3-pro', config });
      let message: Json = contents[0].parts;
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const request = { model: 'gemini-3-pro', contents, config };
        const chunks: Json[] = [];
        if (way === 'whole') chunks.push(await client.models.generateContent(request));
        else if (way === 'helper') chunks.push(await chats.sendMessage({ message }));
        else for await (const chunk of await client.models.generateContentStream(request)) chunks.push(chunk);
        if (way === 'stream') events.push(...chunks);
        answers.push(...chunks);
        const parts: Json[] = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
        const asked = parts.filter(({ functionCall }) => functionCall);
        if (asked.length === 0) break;
        message = asked.map(({ functionCall: { id, name: tool } }) => ({
          functionResponse: { ...(id !== undefined && { id }), name: tool, response: { output: next() } },
        }));
        contents.push({ role: 'model', parts }, { role: 'user', parts: message });
      }
      return { answers, events };
    },
  };
}

const newAnthropic = (baseURL: string): object => new Anthropic({ apiKey: KEY, baseURL, maxRetries: 0 });
const olderAnthropic = (baseURL: string): object => new OlderAnthropic({ apiKey: KEY, baseURL, maxRetries: 0 });
const newGenAI = (baseUrl: string): object => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl } });
const olderGenAI = (baseUrl: string): object => new OlderGenAI({ apiKey: 'k', httpOptions: { baseUrl } });

const WAYS: readonly Way[] = ['whole', 'helper', 'stream'];

export const PROGRAMS: readonly Program[] = WAYS.flatMap((way) => [
  anthropic('@anthropic-ai/sdk', way, newAnthropic),
  anthropic('@anthropic-ai/sdk 0.71', way, olderAnthropic),
  chat(way),
  responses(way),
  genai('@google/genai', way, newGenAI),
  genai('@google/genai 2.32', way, olderGenAI),
]);

const COUNTED = /_tokens$|TokenCount$|^tokenCount$/;
/** Signatures are over all that was asked. */
const SIGNED = /^(?:thoughtSignature|encrypted_content)$/;
/** A body that comes whole is sent in one piece. */
const FRAMING = /"(?:date|content-length|transfer-encoding)":"[^"]*",?/g;

/** Without what differs from request to request: numbers of requests, the size of what was asked, times. */
export function plain(seen: Json): Json {
  const text = JSON.stringify(seen, (key, value) => (COUNTED.test(key) ? 0 : SIGNED.test(key) ? 'signed' : value));
  return JSON.parse(
    text
      .replaceAll(/scripted([-_])\d+/g, 'scripted$1n')
      .replaceAll(FRAMING, '')
      .replaceAll(',}', '}'),
  );
}
