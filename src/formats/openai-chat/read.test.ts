import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Conversation, Part } from '../../core/conversation.ts';
import { canonical } from '../../core/json/canonical.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { openaiChat } from './format.ts';

function readFixture(name: string): Conversation {
  const url = new URL(`../../../fixtures/formats/openai-chat/${name}.request.json`, import.meta.url);
  return openaiChat.read(JsonDocument.parse(readFileSync(url)));
}

function read(body: JsonValue): Conversation {
  return openaiChat.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
}

function outline({ kind, role, turn, block, path, source }: Part): string {
  return `${turn}.${block} ${role} ${kind} ${path.join('/')} ${JSON.stringify(source.slice(0, 24))}`;
}

test('an agent request is read part by part, and only text and tool results can be seen into', () => {
  expect(readFixture('agent').parts.map(outline)).toMatchInlineSnapshot(`
    [
      "0.0 system text messages/0/content/0/text "You are a coding agent."",
      "1.0 user text messages/1/content/0/text "What is wrong here?"",
      "1.1 user image messages/1/content/1 """,
      "1.2 user opaque messages/1/content/2 """,
      "1.3 user opaque messages/1/content/3 """,
      "1.4 user opaque messages/1/content/4 """,
      "2.-1 assistant reasoning messages/2/reasoning_details/0 """,
      "2.-1 assistant reasoning messages/2/reasoning_details/1 """,
      "2.-1 assistant tool-call messages/2/tool_calls/0 """,
      "2.-1 assistant tool-call messages/2/tool_calls/1 """,
      "2.-1 assistant tool-call messages/2/tool_calls/2 """,
      "3.0 tool tool-result messages/3/content "     1\\texport function p"",
      "4.0 tool tool-result messages/4/content/0/text "1 failing"",
      "4.1 tool image messages/4/content/1 """,
      "4.2 tool tool-result messages/4/content/2/text "second text"",
      "5.0 tool tool-result messages/5/content """,
      "6.0 tool tool-result messages/6/content "of a call that is not he"",
      "7.0 assistant text messages/7/content/0/text "Done."",
      "7.1 assistant opaque messages/7/content/1 """,
      "8.0 user text messages/8/content "Thanks."",
    ]
  `);
});

test('a tool result knows the call that it answers; arguments that are no JSON stay a string', () => {
  const results = readFixture('agent').parts.filter(({ kind }) => kind === 'tool-result');
  expect(results.map(({ call, isError }) => [call, isError])).toEqual([
    [{ id: 'call_1', name: 'read_file', input: { path: '/a/parser.ts', limit: 1 } }, undefined],
    [{ id: 'call_2', name: 'run', input: '{"command": "npm te' }, undefined],
    [{ id: 'call_2', name: 'run', input: '{"command": "npm te' }, undefined],
    [{ id: 'call_3', name: 'patch', input: '*** Begin Patch' }, undefined],
    [undefined, undefined],
  ]);
});

test('the result of a legacy function answers the last call of that name', () => {
  const results = readFixture('legacy-functions').parts.filter(({ kind }) => kind === 'tool-result');
  expect(results.map(({ call, source }) => [source, call?.input])).toEqual([
    ['{"t": -1}', { city: 'Oslo' }],
    ['{"t": 21}', { city: 'Rome' }],
    ['x', undefined],
  ]);
  expect(readFixture('legacy-functions').toolNames).toEqual(['get_weather']);
});

test('a request for several answers is opaque', () => {
  const { parts } = readFixture('several-answers');
  expect(parts.map(({ kind, source, text }) => [kind, source, text])).toEqual(Array(3).fill(['opaque', '', '']));
});

test('signed reasoning and signed calls are marked (R-30)', () => {
  const signed = readFixture('agent').parts.filter(({ isSigned }) => isSigned);
  expect(signed.map(({ path }) => path.join('/'))).toEqual([
    'messages/2/reasoning_details/0',
    'messages/2/tool_calls/1',
  ]);
});

test('tools of every type are known by name', () => {
  expect(readFixture('agent').toolNames).toEqual(['read_file', 'patch']);
  expect(readFixture('agent').model).toBe('gpt-5.6');
});

test('the head of a turn is everything but its content', () => {
  const { turns } = readFixture('agent');
  expect(Object.keys(turns[2]!.head!)).toEqual([
    'role',
    'reasoning_content',
    'refusal',
    'reasoning_details',
    'tool_calls',
  ]);
  expect(turns[2]!.blocks).toEqual([]);
  expect(turns[3]).toEqual({
    role: 'tool',
    head: { role: 'tool', tool_call_id: 'call_1', name: 'read_file' },
    blocks: [{ type: 'text', text: '     1\texport function parse() {\n' }],
  });
});

test('a string and a lone text part are the same turn', () => {
  const canons = ['hi', [{ type: 'text', text: 'hi' }], [{ cache_control: {}, text: 'hi', type: 'text' }]].map(
    (content) =>
      read({ messages: [{ role: 'tool', content }] }).turns[0]!.blocks.map((block) =>
        canonical(block, { ignoredKeys: openaiChat.volatileKeys, digest: String }),
      ),
  );
  expect(new Set(canons.map(String)).size).toBe(1);
});

describe('odd shapes give fewer parts, never an error', () => {
  const table: [fixture: string, parts: string[]][] = [
    ['not-an-object', []],
    ['null-tools', []],
    [
      'odd-shapes',
      [
        '9.0 tool tool-result messages/9/content "seen"',
        '10.0 user text messages/10/content "a role that nobody knows"',
        '12.-1 assistant reasoning messages/12/thinking_blocks/0 ""',
        '12.-1 assistant reasoning messages/12/thinking_blocks/1 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/0 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/1 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/2 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/3 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/4 ""',
        '13.-1 assistant tool-call messages/13/tool_calls/5 ""',
        '13.-1 assistant tool-call messages/13/function_call ""',
        '14.0 tool tool-result messages/14/content "no name"',
      ],
    ],
  ];
  test.each(table)('%s', (name, parts) => {
    expect(
      readFixture(name)
        .parts.filter(({ kind }) => kind !== 'opaque')
        .map(outline),
    ).toEqual(parts);
  });
});
