import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Conversation, Part } from '../../core/conversation.ts';
import { canonical } from '../../core/json/canonical.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { gemini } from './format.ts';

function readFixture(name: string): Conversation {
  const url = new URL(`../../../fixtures/formats/gemini/${name}.request.json`, import.meta.url);
  return gemini.read(JsonDocument.parse(readFileSync(url)));
}

function read(body: JsonValue): Conversation {
  return gemini.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
}

function outline({ kind, role, turn, block, path, source }: Part): string {
  return `${turn}.${block} ${role} ${kind} ${path.join('/')} ${JSON.stringify(source.slice(0, 24))}`;
}

function results({ parts }: Conversation): readonly Part[] {
  return parts.filter(({ kind }) => kind === 'tool-result');
}

test('an agent request is read part by part, and only text and tool results can be seen into', () => {
  expect(readFixture('agent').parts.map(outline)).toMatchInlineSnapshot(`
    [
      "-1.0 system text systemInstruction/parts/0/text "You are a coding agent."",
      "-1.1 system opaque systemInstruction/parts/1 """,
      "-1.2 system text systemInstruction/parts/2/text "Be brief."",
      "0.0 user text contents/0/parts/0/text "Fix the parser."",
      "0.1 user image contents/0/parts/1 """,
      "0.2 user opaque contents/0/parts/2 """,
      "1.0 assistant reasoning contents/1/parts/0 """,
      "1.1 assistant text contents/1/parts/1/text "I read two files."",
      "1.2 assistant tool-call contents/1/parts/2 """,
      "1.3 assistant tool-call contents/1/parts/3 """,
      "2.0 tool tool-result contents/2/parts/0/functionResponse/response/error "1 failing\\n  parser: expe"",
      "2.1 tool tool-result contents/2/parts/1/functionResponse/response/output "     1\\texport function p"",
      "2.1 tool tool-result contents/2/parts/1/functionResponse/response/note "cut at line 1"",
      "2.1 tool image contents/2/parts/1/functionResponse/parts/0 """,
      "2.1 tool opaque contents/2/parts/1/functionResponse/parts/1 """,
      "2.2 user text contents/2/parts/2/text "<context>Keep going.</co"",
      "3.0 assistant tool-call contents/3/parts/0 """,
      "3.1 assistant tool-call contents/3/parts/1 """,
      "3.2 assistant tool-call contents/3/parts/2 """,
      "4.0 tool tool-result contents/4/parts/0/functionResponse/response/result "a.ts\\nb.ts"",
      "4.1 tool tool-result contents/4/parts/1/functionResponse/response/content/0/text "ticket 1"",
      "4.1 tool tool-result contents/4/parts/1/functionResponse/response/content/2/text "ticket 2"",
      "4.2 tool tool-result contents/4/parts/2/functionResponse/response/result "c.js"",
      "4.3 tool tool-result contents/4/parts/3/functionResponse/response/result "of a call that is not he"",
      "4.4 tool opaque contents/4/parts/4/functionResponse """,
      "5.0 assistant opaque contents/5/parts/0 """,
      "5.1 assistant opaque contents/5/parts/1 """,
      "5.2 assistant opaque contents/5/parts/2 """,
      "5.3 assistant opaque contents/5/parts/3 """,
      "5.4 assistant opaque contents/5/parts/4 """,
      "5.5 assistant text contents/5/parts/5/text """,
      "6.0 user text contents/6/parts/0/text "Without a role it is the"",
    ]
  `);
});

test('a result answers the call of its id, else the first open one of its name in the last model turn', () => {
  expect(results(readFixture('agent')).map(({ call, source }) => [source.slice(0, 9), call?.id, call?.input])).toEqual([
    ['1 failing', 'r-2', { command: 'npm test' }],
    ['     1\tex', 'r-1', { path: '/a/parser.ts', limit: 1 }],
    ['cut at li', 'r-1', { path: '/a/parser.ts', limit: 1 }],
    ['a.ts\nb.ts', '', { pattern: '*.ts' }],
    ['ticket 1', '', {}],
    ['ticket 2', '', {}],
    ['c.js', '', { pattern: '*.js' }],
    ['of a call', undefined, undefined],
  ]);
});

test('calls and results that are spread over several turns of one side still find each other', () => {
  const call = (name: string, args: JsonValue, id?: string): JsonValue => ({
    role: 'model',
    parts: [{ functionCall: { name, args, ...(id && { id }) } }],
  });
  const result = (name: string, output: string, id?: string): JsonValue => ({
    role: 'user',
    parts: [{ functionResponse: { name, response: { output }, ...(id && { id }) } }],
  });
  const contents = [
    call('run', 'never answered'),
    result('other', 'x'),
    call('run', 1),
    call('run', 2, 'two'),
    call('run', 3),
    result('run', 'b', 'two'),
    result('run', 'a', 'an id that the client made up'),
    result('run', 'c'),
    result('run', 'd'),
  ];
  expect(results(read({ contents })).map(({ source, call: one }) => [source, one?.input])).toEqual([
    ['x', undefined],
    ['b', 2],
    ['a', 1],
    ['c', 3],
    ['d', undefined],
  ]);
});

test('a result with an error, in its own words or in those of MCP, is a failure', () => {
  const failed = results(readFixture('agent')).filter(({ isError }) => isError);
  expect(failed.map(({ source }) => source.slice(0, 9))).toEqual(['1 failing', 'ticket 1', 'ticket 2']);
  const isError = (response: JsonValue): boolean | undefined =>
    results(read({ contents: [{ parts: [{ functionResponse: { response } }] }] }))[0]!.isError;
  expect(isError({ output: 'x', error: { code: 1 } })).toBe(true);
  expect(isError({ error: { content: [{ type: 'text', text: 'x' }], isError: true } })).toBe(true);
  for (const error of [null, '', false]) expect(isError({ output: 'x', error })).toBeUndefined();
});

test('what the provider signed is marked, a stand-in for a signature is not (R-30)', () => {
  const signed = (name: string): string[] =>
    readFixture(name)
      .parts.filter(({ isSigned }) => isSigned)
      .map(({ path }) => path.join('/'));
  expect(signed('agent')).toEqual(['contents/1/parts/1/text', 'contents/1/parts/2', 'contents/5/parts/0']);
  expect(signed('snake-case')).toEqual(['contents/1/parts/0']);
});

test('a stand-in for a signature that comes and goes makes no difference to its turn', () => {
  const canons = [{}, { thoughtSignature: 'skip_thought_signature_validator' }, { thought_signature: 'x' }].map(
    (more) =>
      read({ contents: [{ role: 'model', parts: [{ functionCall: { name: 'run' }, ...more }] }] }).turns[0]!.blocks.map(
        (block) => canonical(block, { ignoredKeys: gemini.volatileKeys, digest: String }),
      ),
  );
  expect(new Set(canons.map(String)).size).toBe(1);
});

test('both spellings of the API and a lone part without a list are read alike', () => {
  expect(readFixture('snake-case').parts.map(outline)).toMatchInlineSnapshot(`
    [
      "-1.0 system text system_instruction/parts/text "One part, no list."",
      "0.0 user text contents/0/parts/text "Where is it on?"",
      "1.0 assistant tool-call contents/1/parts/0 """,
      "2.0 tool tool-result contents/2/parts/0/function_response/response/content "AMC 16\\nRegal 14\\n"",
      "2.1 user image contents/2/parts/1 """,
      "2.2 user image contents/2/parts/2 """,
      "3.0 assistant tool-call contents/3/parts/0 """,
      "4.0 tool tool-result contents/4/parts/function_response/response/output "a lone part"",
    ]
  `);
  expect(readFixture('snake-case').toolNames).toEqual(['find_theaters']);
});

test('a request is found in its wrapper', () => {
  const { parts, turns, model, toolNames } = readFixture('cloud-code');
  expect(parts.map(({ path }) => path.join('/'))).toEqual([
    'request/systemInstruction/parts/0/text',
    'request/contents/0/parts/0/text',
    'request/contents/1/parts/0',
    'request/contents/2/parts/0/text',
    'request/contents/2/parts/1/functionResponse/response/output',
  ]);
  expect([turns.length, model, toolNames]).toEqual([3, 'gemini-3-pro-preview', ['list_directory']]);
  expect(readFixture('count').model).toBe('gemini-2.5-pro');
});

test('tools are known by name; where nothing can be added to them, that is said', () => {
  expect(readFixture('agent').toolNames).toEqual(['read_file', 'glob']);
  expect(readFixture('agent').refusesTools).toBeUndefined();
  expect(readFixture('no-more-tools-cached').refusesTools).toBe(true);
  expect(results(readFixture('no-more-tools-cached')).length).toBe(1);
});

test('a request for several answers is opaque', () => {
  const { parts, refusesTools } = readFixture('several-answers');
  expect(parts.map(({ kind, source, text }) => [kind, source, text])).toEqual(Array(3).fill(['opaque', '', '']));
  expect([parts[0]!.isSigned, refusesTools]).toEqual([true, true]);
});

test('a turn is a content without its parts, and its parts', () => {
  const { turns } = read({
    contents: [{ role: 'model', id: 7, parts: [{ text: 'a' }, null] }, { parts: { text: 'b' } }, { role: 'x' }, 5],
  });
  expect(turns).toEqual([
    { role: 'assistant', head: { role: 'model', id: 7 }, blocks: [{ text: 'a' }, null] },
    { role: 'user', head: {}, blocks: [{ text: 'b' }] },
    { role: 'user', head: { role: 'x' }, blocks: [] },
    { role: 'user', head: 5, blocks: [] },
  ]);
});

test('structured results stay as they are', () => {
  const response = { rows: [{ text: 'a' }], total: 3, content: { type: 'text', text: 'no list' } };
  expect(read({ contents: [{ parts: [{ functionResponse: { response } }] }] }).parts.map(outline)).toEqual([
    '0.0 tool opaque contents/0/parts/0/functionResponse ""',
  ]);
});

describe('odd shapes give fewer parts, never an error', () => {
  const table: [fixture: string, parts: string[]][] = [
    ['not-an-object', []],
    ['null-tools', ['0.0 user text contents/0/parts/0/text "x"']],
    [
      'odd-shapes',
      [
        '-1.0 system text systemInstruction "a bare string"',
        '9.0 user text contents/9/parts/0/text "a role that nobody knows"',
        '10.10 assistant tool-call contents/10/parts/10 ""',
        '10.11 assistant tool-call contents/10/parts/11 ""',
        '10.12 assistant tool-call contents/10/parts/12 ""',
        '10.15 assistant text contents/10/parts/15/text "signed by a number"',
        '11.5 tool tool-result contents/11/parts/5/functionResponse/response/10 "a number for a key"',
        '11.5 tool tool-result contents/11/parts/5/functionResponse/response/__proto__ "seen"',
        '11.5 tool tool-result contents/11/parts/5/functionResponse/response/error/content/1/text "of an MCP failure"',
        '11.6 tool tool-result contents/11/parts/6/functionResponse/response/isError "no"',
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
