import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Conversation, Part } from '../../core/conversation.ts';
import { canonical } from '../../core/json/canonical.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { anthropicMessages } from './format.ts';

function readFixture(name: string): Conversation {
  const url = new URL(`../../../fixtures/formats/anthropic-messages/${name}.request.json`, import.meta.url);
  return anthropicMessages.read(JsonDocument.parse(readFileSync(url)));
}

function read(body: JsonValue): Conversation {
  return anthropicMessages.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
}

function outline({ kind, role, turn, block, path, source }: Part): string {
  return `${turn}.${block} ${role} ${kind} ${path.join('/')} ${JSON.stringify(source.slice(0, 24))}`;
}

test('an agent request is read block by block, and only text and tool results can be seen into', () => {
  expect(readFixture('agent').parts.map(outline)).toMatchInlineSnapshot(`
    [
      "-1.0 system text system/0/text "x-client: agent 2.1"",
      "-1.1 system text system/1/text "You are a coding agent."",
      "0.0 user text messages/0/content "Fix the parser."",
      "1.0 assistant reasoning messages/1/content/0 """,
      "1.1 assistant opaque messages/1/content/1 """,
      "1.2 assistant text messages/1/content/2/text "I read two files and sea"",
      "1.3 assistant tool-call messages/1/content/3 """,
      "1.4 assistant tool-call messages/1/content/4 """,
      "1.5 assistant opaque messages/1/content/5 """,
      "1.6 assistant opaque messages/1/content/6 """,
      "2.0 tool tool-result messages/2/content/0/content/0/text "     1\\texport function p"",
      "2.0 tool opaque messages/2/content/0/content/1 """,
      "2.0 tool tool-result messages/2/content/0/content/2/text "second text"",
      "2.0 tool opaque messages/2/content/0/content/3 """,
      "2.0 tool opaque messages/2/content/0/content/4 """,
      "2.1 tool tool-result messages/2/content/1/content "1 failing\\n  parser: expe"",
      "2.2 user text messages/2/content/2/text "<system-reminder>Keep go"",
      "3.0 system text messages/3/content "From here on answer in F"",
      "4.0 assistant reasoning messages/4/content/0 """,
      "4.1 assistant opaque messages/4/content/1 """,
      "4.2 assistant opaque messages/4/content/2 """,
      "4.3 assistant tool-call messages/4/content/3 """,
      "5.0 tool tool-result messages/5/content/0/content "/a/parser.ts\\n/a/parser.t"",
      "5.1 tool tool-result messages/5/content/1/content "of a call that is not he"",
      "5.3 user image messages/5/content/3 """,
      "5.4 user opaque messages/5/content/4 """,
      "5.5 user opaque messages/5/content/5 """,
      "5.6 user opaque messages/5/content/6 """,
      "5.7 user text messages/5/content/7/text "Go on."",
    ]
  `);
});

test('a tool result knows the call that it answers, and whether the client calls it a failure', () => {
  const results = readFixture('agent').parts.filter(({ kind }) => kind === 'tool-result');
  expect(results.map(({ call, isError }) => [call, isError])).toEqual([
    [{ id: 'toolu_01', name: 'Read', input: { file_path: '/a/parser.ts', limit: 1 } }, undefined],
    [{ id: 'toolu_01', name: 'Read', input: { file_path: '/a/parser.ts', limit: 1 } }, undefined],
    [{ id: 'toolu_02', name: 'bash', input: { command: 'npm test' } }, true],
    [{ id: 'toolu_05', name: 'Glob', input: { pattern: '**/*.ts' } }, undefined],
    [undefined, undefined],
  ]);
});

test('signed and redacted reasoning is marked, unsigned is not (R-30)', () => {
  const signed = readFixture('agent').parts.filter(({ isSigned }) => isSigned);
  expect(signed.map(({ path }) => path.join('/'))).toEqual(['messages/1/content/0', 'messages/1/content/1']);
});

test('tools are known by name; tools without one are left out', () => {
  expect(readFixture('agent').toolNames).toEqual(['Read', 'bash']);
  expect(readFixture('agent').model).toBe('claude-opus-5-5');
});

test('a turn is a message without its content, and its content in blocks', () => {
  const { turns } = read({
    messages: [{ role: 'assistant', id: 7, content: [{ type: 'text', text: 'a' }, null] }, { role: 'wizard' }, 5],
  });
  expect(turns).toEqual([
    { role: 'assistant', head: { role: 'assistant', id: 7 }, blocks: [{ type: 'text', text: 'a' }, null] },
    { role: 'user', head: { role: 'wizard' }, blocks: [] },
    { role: 'user', head: 5, blocks: [] },
  ]);
});

test('a string and a lone text block are the same turn, whatever cache marks the client moves around', () => {
  const spellings: JsonValue[] = [
    'hi',
    [{ type: 'text', text: 'hi' }],
    [{ cache_control: {}, text: 'hi', type: 'text' }],
  ];
  const canons = spellings.map((content) =>
    read({ messages: [{ role: 'user', content }] }).turns[0]!.blocks.map((block) =>
      canonical(block, { ignoredKeys: anthropicMessages.volatileKeys, digest: String }),
    ),
  );
  expect(new Set(canons.map(String)).size).toBe(1);
});

test('content that is no content still tells turns apart', () => {
  const blocks = (content: JsonValue): readonly JsonValue[] =>
    read({ messages: [{ role: 'user', content }] }).turns[0]!.blocks;
  expect(blocks({ type: 'text', text: 'x' })).toEqual([{ type: 'text', text: 'x' }]);
  expect(blocks(42)).toEqual([42]);
  expect(blocks(null)).toEqual([]);
});

describe('odd shapes give fewer parts, never an error', () => {
  const table: [fixture: string, parts: string[]][] = [
    ['not-an-object', []],
    ['no-messages', ['-1.0 system text system "only a system prompt"']],
    ['null-tools', ['-1.2 system text system/2/text "kept"']],
    [
      'odd-shapes',
      [
        '9.0 user text messages/9/content "a role that nobody knows"',
        '11.9 user tool-call messages/11/content/9 ""',
        '11.10 user tool-call messages/11/content/10 ""',
        '11.16 tool tool-result messages/11/content/16/content "seen"',
        '11.19 user reasoning messages/11/content/19 ""',
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

test('results that a program of the provider reads are left to it', () => {
  const messages = [
    {
      role: 'assistant',
      content: [
        {
          type: 'tool_use',
          id: 'a',
          name: 'query',
          input: {},
          caller: { type: 'code_execution_20250825', tool_id: 's' },
        },
        { type: 'tool_use', id: 'b', name: 'query', input: {}, caller: { type: 'direct' } },
      ],
    },
    {
      role: 'user',
      content: ['a', 'b'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: `[{"id": "${id}"}]` })),
    },
  ];
  const { parts } = anthropicMessages.read(JsonDocument.parse(Buffer.from(JSON.stringify({ messages }))));
  expect(parts.filter(({ turn }) => turn === 1).map(({ kind, call }) => [kind, call?.id])).toEqual([
    ['opaque', undefined],
    ['tool-result', 'b'],
  ]);
});
