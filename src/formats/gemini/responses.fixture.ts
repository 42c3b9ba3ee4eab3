/** Responses of the Gemini API, streamed in each way, and what a client sees of several; for tests. */
import type { HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { readEvents } from '../sse.ts';
import { gemini } from './format.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- responses of any shape are looked into
export type Json = any;

export const TOOL = 'headroom_retrieve';
export const ours = (more: object = {}): Json => ({
  functionCall: { id: 'o', name: TOOL, args: { hash: 'h' } },
  ...more,
});
export const theirs = (more: object = {}): Json => ({
  functionCall: { id: 't', name: 'Read', args: { n: 1 } },
  ...more,
});
export const say = (text: string): Json => ({ text });

export interface Said {
  readonly parts?: readonly Json[];
  readonly finish?: string | number;
}

export function chunk(hop: number, { parts, finish }: Said, out = 10): Json {
  return {
    candidates: [
      {
        ...(parts && { content: { role: 'model', parts } }),
        ...(finish !== undefined && { finishReason: finish }),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 100 * hop,
      candidatesTokenCount: out,
      totalTokenCount: 100 * hop + out + 5,
      thoughtsTokenCount: 5,
    },
    modelVersion: `m${hop}`,
    responseId: `r${hop}`,
  };
}

export type Way = 'events' | 'array' | 'wrapped events';
export const WAYS: Way[] = ['events', 'array', 'wrapped events'];

export function spelt(way: Way, values: readonly Json[]): string {
  if (way === 'array') return `[${values.map((value) => JSON.stringify(value)).join('\n,\r\n')}\n]`;
  const wrap = (value: Json): Json => (way === 'events' || value.error ? value : { response: value, traceId: 't' });
  return values.map((value) => `data: ${JSON.stringify(wrap(value))}\r\n\r\n`).join('');
}

export function valuesOf(way: Way, text: string): Json[] {
  if (way === 'array') return JSON.parse(text) as Json[];
  const values: Json[] = [];
  const events = readEvents((data) => values.push(JSON.parse(data)));
  events.push(Buffer.from(text));
  events.end();
  return way === 'events' ? values : values.map((value) => value.response ?? value);
}

export const contentType = (way: Way): string =>
  way === 'array' ? 'application/json; charset=UTF-8' : 'text/event-stream';
export const splicerFor = (way: Way): ResponseSplicer =>
  gemini.continuation!.splice(contentType(way), { toolName: TOOL })!;

export interface Spliced {
  readonly text: string;
  readonly ends: readonly HopEnd[];
}

export function splice(splicer: ResponseSplicer, hops: readonly string[], size: number = Infinity): Spliced {
  const shown: Uint8Array[] = [];
  const ends: HopEnd[] = [];
  for (const hop of hops) {
    const bytes = Buffer.from(hop);
    for (let at = 0; at < bytes.length; at += size) shown.push(splicer.push(bytes.subarray(at, at + size)));
    ends.push(splicer.endHop());
  }
  shown.push(splicer.finish());
  return { text: Buffer.concat(shown).toString(), ends };
}

export const visible = (way: Way, hops: readonly Json[][]): Json[] =>
  valuesOf(
    way,
    splice(
      splicerFor(way),
      hops.map((hop) => spelt(way, hop)),
    ).text,
  );
export const partsIn = (values: readonly Json[]): Json[] =>
  values.flatMap((value) => value.candidates?.[0]?.content?.parts ?? []);
