/** Programs that speak Gemini, each with its own way of asking and of keeping what it was told. */
import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as OlderGenAI } from 'genai-2.32';
import { readEvents } from '../../src/formats/sse.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- two majors of one library, by what both have

export const DECLARATION = {
  name: 'grep',
  description: 'searches',
  parametersJsonSchema: { type: 'object', properties: {} },
};
export const CONFIG: Json = { tools: [{ functionDeclarations: [DECLARATION] }], systemInstruction: 'You are careful.' };
export const MODEL = 'gemini-3-pro';

/** One answer as a program has it, and what it puts into its history. */
export interface Answer {
  readonly parts: readonly Json[];
  readonly kept: readonly Json[];
  readonly chunks: readonly Json[];
}
export type Client = (url: string) => (parts: readonly Json[]) => Promise<Answer>;

export const partsOf = (chunks: readonly Json[]): Json[] =>
  chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);

/** A program that keeps its own contents. */
function keeper(generate: (contents: Json[]) => Promise<Json[]>, keep: (parts: Json[]) => Json[] = (parts) => parts) {
  const contents: Json[] = [];
  return async (parts: readonly Json[]): Promise<Answer> => {
    contents.push({ role: 'user', parts });
    const chunks = await generate(contents);
    const kept = keep(partsOf(chunks));
    contents.push({ role: 'model', parts: kept });
    return { parts: partsOf(chunks), kept, chunks };
  };
}

export async function all(stream: AsyncIterable<Json>): Promise<Json[]> {
  const chunks: Json[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** As Gemini CLI has it: no thoughts, texts in a row are one, and a stand-in where the first call has no signature. */
function asGeminiCli(parts: Json[]): Json[] {
  const kept: Json[] = [];
  for (const part of parts.filter(
    ({ thought, text, thoughtSignature }) => !thought && (text !== '' || thoughtSignature),
  )) {
    const last = kept.at(-1);
    if (last?.text && typeof part.text === 'string') last.text += part.text;
    else kept.push({ ...part });
  }
  const first = kept.find(({ functionCall }) => functionCall);
  if (first) first.thoughtSignature ??= 'skip_thought_signature_validator';
  for (const part of kept) if (part.text === '' && part.thoughtSignature) delete part.text;
  return kept;
}

let ids = 0;

/** As programs have it that know calls by ids of their own. */
function withOwnIds(parts: Json[]): Json[] {
  return parts.map((part) => {
    if (!part.functionCall) return part;
    const { id, ...said } = part.functionCall;
    return { ...part, functionCall: id === undefined ? { ...said, id: `own${++ids}` } : said };
  });
}

const raw =
  (path: string, isWrapped: boolean): Client =>
  (url) =>
    keeper(async (contents) => {
      const request = { contents, ...CONFIG, systemInstruction: { parts: [{ text: 'careful' }] } };
      const body = JSON.stringify(isWrapped ? { model: MODEL, project: 'p', request } : request);
      const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'k' };
      const response = await fetch(url + path, { method: 'POST', headers, body });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      const chunks: Json[] = [];
      if (response.headers.get('content-type')?.includes('event-stream')) {
        // What the libraries insist on.
        if (!text.endsWith('\r\n\r\n')) throw new Error('the last event has no blank line');
        const reader = readEvents((data) => chunks.push(JSON.parse(data)));
        reader.push(Buffer.from(text));
        reader.end();
      } else chunks.push(...[JSON.parse(text)].flat());
      return isWrapped ? chunks.map((chunk) => chunk.response) : chunks;
    });

/** Both majors have the calls that are used here. */
type Library = (url: string) => Json;

const usual = (make: Library): [string, Client][] => [
  [
    'generateContent',
    (url) =>
      keeper(async (contents) => [await make(url).models.generateContent({ model: MODEL, contents, config: CONFIG })]),
  ],
  [
    'generateContentStream',
    (url) =>
      keeper(async (contents) =>
        all(await make(url).models.generateContentStream({ model: MODEL, contents, config: CONFIG })),
      ),
  ],
  [
    'chats.sendMessageStream',
    (url) => {
      const chat = make(url).chats.create({ model: MODEL, config: CONFIG });
      return async (message) => {
        const chunks = await all(await chat.sendMessageStream({ message }));
        return { parts: partsOf(chunks), kept: partsOf(chunks), chunks };
      };
    },
  ],
];

const more = (make: Library): [string, Client][] => [
  [
    'generateContentStream, kept as Gemini CLI does',
    (url) =>
      keeper(
        async (contents) =>
          all(await make(url).models.generateContentStream({ model: MODEL, contents, config: CONFIG })),
        asGeminiCli,
      ),
  ],
  [
    'generateContentStream, calls known by ids of its own',
    (url) =>
      keeper(
        async (contents) =>
          all(await make(url).models.generateContentStream({ model: MODEL, contents, config: CONFIG })),
        withOwnIds,
      ),
  ],
  [
    'chats.sendMessage',
    (url) => {
      const chat = make(url).chats.create({ model: MODEL, config: CONFIG });
      return async (message) => {
        const chunks = [await chat.sendMessage({ message })];
        return { parts: partsOf(chunks), kept: partsOf(chunks), chunks };
      };
    },
  ],
];

export const recent: Library = (url) => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
const older: Library = (url) => new OlderGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
const named = (name: string, clients: [string, Client][]): [string, Client][] =>
  clients.map(([method, client]) => [`${name}, ${method}`, client]);

export const CLIENTS: [string, Client][] = [
  ...named('@google/genai 3.1', [...usual(recent), ...more(recent)]),
  ...named('@google/genai 2.32', usual(older)),
  ['a stream that is one array', raw(`/v1beta/models/${MODEL}:streamGenerateContent`, false)],
  ['Cloud Code, streaming', raw('/v1internal:streamGenerateContent?alt=sse', true)],
  ['Cloud Code, whole', raw('/v1internal:generateContent', true)],
];
