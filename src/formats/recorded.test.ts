import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { JsonDocument } from '../core/json/document.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import type { ResponseSummary, WireFormat } from '../core/wire-format.ts';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { gemini } from './gemini/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import { parseJson } from './response-reader.ts';

const FOLDER = process.env['HEADROOM_DATA'];
const SUITE = FOLDER ? 'recorded data' : 'recorded data (skipped: HEADROOM_DATA names no folder)';

interface Block {
  readonly type?: string;
  readonly tool_use_id?: string;
  readonly content?: string | readonly Block[] | null;
  readonly text?: string;
}
interface Message {
  readonly role: string;
  readonly content?: string | readonly Block[] | null;
}
interface Trajectory {
  readonly format: string;
  readonly messages: readonly Message[];
}
interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly kind: string;
  readonly content: string;
}

function load<T>(file: string): T[] {
  const lines = readFileSync(join(FOLDER!, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

/** The texts of tool results, found without any format. */
function resultsIn({ role, content }: Message): string[] {
  const textsOf = (inner: Message['content']): string[] => {
    if (typeof inner === 'string') return [inner];
    return (inner ?? []).flatMap(({ type, text }) => (type === 'text' ? [text!] : []));
  };
  if (role === 'tool' || role === 'function') return textsOf(content);
  if (typeof content === 'string') return [];
  return (content ?? []).flatMap((block) => (block.type === 'tool_result' ? textsOf(block.content) : []));
}

describe.skipIf(!FOLDER)(SUITE, () => {
  const trajectories: [file: string, format: WireFormat][] = [
    ['traj_claude_code_spotter_a.jsonl', anthropicMessages],
    ['traj_tau_airline.jsonl', openaiChat],
    ['traj_adp_coding.jsonl', openaiChat],
    ['traj_swe_agent.jsonl', openaiChat],
    ['traj_toolbench.jsonl', openaiChat],
  ];
  test.each(trajectories)('every request of %s shows all its tool results, and each knows its call', (file, format) => {
    for (const { messages } of load<Trajectory>(file)) {
      const expected: string[] = [];
      messages.forEach((message, index) => {
        expected.push(...resultsIn(message));
        if (messages[index + 1]?.role === 'user' || message.role === 'assistant') return;
        const body = { model: 'm', messages: messages.slice(0, index + 1) };
        const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)));
        const { parts, turns } = format.read(document);
        const results = parts.filter(({ kind }) => kind === 'tool-result');
        expect(results.map(({ source }) => source)).toEqual(expected);
        expect(results.filter(({ call }) => call === undefined)).toEqual([]);
        expect(turns.length).toBe(index + 1);
      });
    }
  });

  /** Usage as a vendor's own fields have it, wherever they stand in a recording; the last of each counts. */
  function lastCounts(values: readonly JsonValue[]): Record<string, number> {
    const counts: Record<string, number> = {};
    JSON.stringify(values, (key, value: unknown) => {
      if (key === 'iterations') return undefined;
      if (typeof value === 'number') counts[key] = value;
      return value;
    });
    return counts;
  }

  function summaryOf(format: WireFormat, recording: Recording, chunkSize: number): ResponseSummary {
    const isStream = recording.kind === 'stream-events';
    const reader = format.readResponse(isStream ? 'text/event-stream' : 'application/json');
    const lines = recording.content.split('\n').filter((line) => line !== '');
    const events = lines.map((line) => {
      const name = /^\{"type":"(\w+)"/.exec(line)?.[1];
      return `${name ? `event: ${name}\n` : ''}data: ${line}\n\n`;
    });
    const bytes = Buffer.from(isStream ? events.join('') : recording.content);
    for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize));
    return reader.end();
  }

  function recordings(belongs: (recording: Recording) => boolean): [string, Recording][] {
    return load<Recording>('wire_provider_responses.jsonl')
      .filter(belongs)
      .map((recording) => [recording.id, recording]);
  }

  if (!FOLDER) return;
  const isMessages = ({ provider, content }: Recording): boolean =>
    provider === 'anthropic' && content.includes('"usage"');
  const isChat = ({ content }: Recording): boolean => content.slice(0, 2000).includes('chat.completion');
  const isResponses = ({ kind, content }: Recording): boolean =>
    kind === 'stream-events'
      ? /"type": ?"response\.created"/.test(content.slice(0, 300))
      : /"object": ?"response"/.test(content);

  const isGemini = ({ id, content }: Recording): boolean =>
    content.includes('"usageMetadata"') && !id.includes('live-speech');

  test.each(recordings(isMessages))('%s: the counts of Anthropic are found', (_, recording) => {
    const values =
      recording.kind === 'stream-events' ? recording.content.split('\n').filter(Boolean) : [recording.content];
    const parsed = values.map(
      (value) => JSON.parse(value) as { type?: string; message?: JsonValue; usage?: JsonValue },
    );
    const said = parsed.filter(
      ({ type }) => type === 'message_start' || type === 'message_delta' || type === 'message',
    );
    const counts = lastCounts(said.flatMap(({ message, usage }) => [(message ?? null) as JsonValue, usage ?? null]));
    const compaction = recording.id.includes('compaction');
    for (const size of [7, 4096]) {
      const { usage, complete, stopReason } = summaryOf(anthropicMessages, recording, size);
      expect(complete).toBe(recording.content.includes('message_stop') || recording.kind !== 'stream-events');
      expect(stopReason).toMatch(/^[a-z_]+$/);
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage!;
      expect(cacheReadTokens).toBe(counts['cache_read_input_tokens'] ?? 0);
      expect(cacheWriteTokens + cacheWrite1hTokens).toBe(counts['cache_creation_input_tokens'] ?? 0);
      if (compaction) expect(inputTokens).toBeGreaterThan(counts['input_tokens']!);
      else expect([inputTokens, outputTokens]).toEqual([counts['input_tokens'], counts['output_tokens']]);
    }
  });

  test.each(recordings(isChat))('%s: the counts of Chat Completions are found', (_, recording) => {
    const values =
      recording.kind === 'stream-events' ? recording.content.split('\n').filter(Boolean) : [recording.content];
    const said = values.map((value) => (JSON.parse(value) as { usage?: JsonValue }).usage ?? null);
    const counts = lastCounts(said);
    for (const size of [7, 4096]) {
      const { usage, complete, stopReason } = summaryOf(openaiChat, recording, size);
      expect(complete).toBe(true);
      expect(stopReason).toMatch(/^[a-z_]+$/);
      expect(usage!.inputTokens + usage!.cacheReadTokens).toBe(counts['prompt_tokens']);
      expect(usage!.outputTokens).toBe(counts['completion_tokens']);
      expect(usage!.cacheReadTokens).toBe(counts['cached_tokens'] ?? 0);
    }
  });

  test.each(recordings(isGemini))(
    '%s: the counts of Gemini are found, as a stream of events and as an array',
    (_, recording) => {
      const isStream = recording.kind === 'stream-events';
      const values = isStream ? recording.content.split('\n').filter(Boolean) : [recording.content];
      const counts = lastCounts(
        values.map((value) => (JSON.parse(value) as { usageMetadata?: JsonValue }).usageMetadata!),
      );
      const array: Recording = { ...recording, kind: 'response-json', content: `[${values.join(',\r\n')}]` };
      for (const form of [recording, array]) {
        for (const size of [7, 4096]) {
          const { usage, complete, stopReason } = summaryOf(gemini, form, size);
          expect([complete, stopReason]).toEqual([true, 'STOP']);
          const { inputTokens, cacheReadTokens, outputTokens } = usage!;
          expect(inputTokens + cacheReadTokens).toBe(counts['promptTokenCount']);
          expect(cacheReadTokens).toBe(counts['cachedContentTokenCount'] ?? 0);
          expect(inputTokens + cacheReadTokens + outputTokens).toBe(counts['totalTokenCount']);
          expect(outputTokens).toBe(counts['candidatesTokenCount']! + counts['thoughtsTokenCount']!);
        }
      }
    },
  );

  test.each(recordings(isResponses))('%s: the counts of Responses are found', (_, recording) => {
    const isStream = recording.kind === 'stream-events';
    const last = parseJson(isStream ? recording.content.trimEnd().split('\n').at(-1)! : recording.content);
    const said = asObject(asObject(last)['response'] ?? last);
    // The last event of one recording is cut off.
    const status = last === undefined ? undefined : said['status'];
    const counts = asObject(said['usage']);
    const cached = asObject(counts['input_tokens_details'])['cached_tokens'];
    for (const size of [7, 4096]) {
      const { usage, complete, stopReason } = summaryOf(openaiResponses, recording, size);
      expect([complete, stopReason]).toEqual([status === 'completed', status]);
      const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage ?? {};
      expect(inputTokens + cacheReadTokens + cacheWriteTokens).toBe(counts['input_tokens'] ?? 0);
      expect([outputTokens, cacheReadTokens]).toEqual([counts['output_tokens'] ?? 0, cached ?? 0]);
    }
  });
});
