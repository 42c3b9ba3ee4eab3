/**
 * A Gemini provider that signs its turns with all that stands before them, and refuses a request in which a signature is
 * missing where it must be, or anything before a signed part has changed. It says what its plan says: as events, as a
 * streamed array, or whole.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

/** One answer: its parts, without signatures. A number is the status of a refusal. */
export type Plan = (request: Json, index: number) => readonly Json[] | number;

export interface SigningGemini {
  readonly url: string;
  /** What stood in each body, unwrapped, in order of arrival. */
  readonly requests: readonly Json[];
  /** What was wrong with a request, if anything. */
  readonly mismatches: readonly string[];
  /** Forgets what came so far, and says this from now on. */
  reset(plan: Plan): void;
  close(): Promise<void>;
}

export async function startSigningGemini(): Promise<SigningGemini> {
  let plan: Plan = () => [];
  const requests: Json[] = [];
  const mismatches: string[] = [];
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const body = JSON.parse(text);
    const request = body.request ?? body;
    const wrong = problemOf(request);
    if (wrong !== undefined) mismatches.push(wrong);
    const planned = plan(request, requests.push(request) - 1);
    if (wrong !== undefined || typeof planned === 'number') {
      const code = typeof planned === 'number' ? planned : 400;
      const error = { code, message: wrong ?? 'planned', status: 'INVALID_ARGUMENT' };
      outgoing.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    const number = requests.length;
    const wrap = (response: Json): string => JSON.stringify(body.request ? { response, traceId: 't' } : response);
    const url = incoming.url ?? '';
    const parts = signed(planned, request);
    if (!url.includes(':stream')) {
      outgoing.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
      outgoing.end(wrap(responseOf(number, parts, 'STOP')));
      return;
    }
    const isEvents = url.includes('alt=sse');
    outgoing.writeHead(200, { 'content-type': isEvents ? 'text/event-stream' : 'application/json; charset=UTF-8' });
    chunksOf(number, parts).forEach((chunk, index) => {
      outgoing.write(isEvents ? `data: ${wrap(chunk)}\r\n\r\n` : `${index === 0 ? '[' : ',\r\n'}${wrap(chunk)}`);
    });
    outgoing.end(isEvents ? '' : '\r\n]');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mismatches,
    reset(next: Plan): void {
      plan = next;
      requests.length = 0;
      mismatches.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const isBlank = (part: Json): boolean => part.text === '' && part.thoughtSignature === undefined;
const isPlain = (part: Json): boolean => typeof part.text === 'string' && part.thought !== true;

/** The turns as the model reads them, however a client cuts them: no thoughts, texts in a row are one. */
export function turnsOf(contents: readonly Json[]): Json[] {
  const turns: Json[] = [];
  for (const { role, parts } of contents) {
    if (turns.at(-1)?.role !== role) turns.push({ role, parts: [] });
    const turn = turns.at(-1);
    for (const part of parts) {
      const { thoughtSignature: _, ...said } = part;
      if (part.thought === true || isBlank(part) || Object.keys(said).length === 0) continue;
      if (isPlain(part) && isPlain(turn.parts.at(-1) ?? {}))
        turn.parts.push({ text: turn.parts.pop().text + part.text });
      else turn.parts.push(said);
    }
  }
  return turns;
}

function signatureOf({ tools, systemInstruction }: Json, before: readonly Json[], kind: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tools, systemInstruction, before, kind]))
    .digest('base64');
}

/** Of calls that are made at once the first is signed; of words alone the last. */
function signed(planned: readonly Json[], request: Json): Json[] {
  const firstCall = planned.findIndex((part) => part.functionCall);
  const at = firstCall < 0 ? planned.length - 1 : firstCall;
  const kind = firstCall < 0 ? 'words' : 'call';
  const thoughtSignature = signatureOf(request, turnsOf(request.contents ?? []), kind);
  return planned.map((part, index) => (index === at ? { ...part, thoughtSignature } : part));
}

function problemOf(request: Json): string | undefined {
  const contents: Json[] = request.contents ?? [];
  for (const [index, { role, parts }] of contents.entries()) {
    if (role !== 'model') continue;
    let start = index;
    while (contents[start - 1]?.role === 'model') start--;
    let end = index;
    while (contents[end]?.role === 'model') end++;
    const before = turnsOf(contents.slice(0, start));
    const turn = contents.slice(start, end).flatMap((content) => content.parts);
    for (const part of parts) {
      const kind = part.functionCall ? 'call' : 'words';
      if (part.thoughtSignature !== undefined && part.thoughtSignature !== signatureOf(request, before, kind))
        return `content ${index}: corrupted thought signature`;
    }
    const calls = turn.filter((part) => part.functionCall);
    if (calls.length > 0 && calls[0].thoughtSignature === undefined)
      return `content ${index}: function call is missing a thought_signature`;
    if (calls.slice(1).some((part) => part.thoughtSignature !== undefined))
      return `content ${index}: a signature that was never given`;
    const results = turnsOf(contents.slice(end))[0]?.parts.flatMap((part: Json) => part.functionResponse ?? []) ?? [];
    const [asked, answered] = [calls.map((part) => keyOf(part.functionCall)), results.map(keyOf)];
    if (asked.join(' ') !== answered.join(' ')) return `calls ${asked.join()} have the results ${answered.join()}`;
  }
  return undefined;
}

const keyOf = ({ id = '', name }: Json): string => `${name}#${id}`;

function responseOf(n: number, parts: readonly Json[], finishReason?: string): Json {
  return {
    candidates: [{ content: { parts, role: 'model' }, ...(finishReason && { finishReason }), index: 0 }],
    usageMetadata: {
      promptTokenCount: 100 * n,
      candidatesTokenCount: 10,
      totalTokenCount: 100 * n + 15,
      thoughtsTokenCount: 5,
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 10 }],
    },
    modelVersion: `g-${n}`,
    responseId: `r_${n}`,
  };
}

/** A few characters at a time; what ends the stream comes with the last call, and by itself after words. */
function chunksOf(n: number, parts: readonly Json[]): Json[] {
  const pieces = parts.flatMap((part): Json[] => {
    if (typeof part.text !== 'string') return [part];
    const texts: string[] = part.text.match(/[\s\S]{1,7}/g) ?? [''];
    const { thoughtSignature, ...rest } = part;
    return texts.map((text, index) => ({
      ...rest,
      text,
      ...(index === texts.length - 1 && thoughtSignature && { thoughtSignature }),
    }));
  });
  const last = pieces.at(-1);
  if (last?.functionCall)
    return [...pieces.slice(0, -1).map((piece) => responseOf(n, [piece])), responseOf(n, [last], 'STOP')];
  return [...pieces.map((piece) => responseOf(n, [piece])), responseOf(n, [{ text: '' }], 'STOP')];
}
