import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Conversation, Part } from '../../core/conversation.ts';
import { canonical } from '../../core/json/canonical.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { openaiResponses } from './format.ts';

function readFixture(name: string): Conversation {
  const url = new URL(`../../../fixtures/formats/openai-responses/${name}.request.json`, import.meta.url);
  return openaiResponses.read(JsonDocument.parse(readFileSync(url)));
}

function read(body: JsonValue): Conversation {
  return openaiResponses.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
}

function outline({ kind, role, turn, block, path, source }: Part): string {
  return `${turn}.${block} ${role} ${kind} ${path.join('/')} ${JSON.stringify(source.slice(0, 24))}`;
}

const resultsOf = ({ parts }: Conversation): readonly Part[] => parts.filter(({ kind }) => kind === 'tool-result');

test('an agent request is read item by item, and only texts and outputs can be seen into', () => {
  expect(readFixture('agent').parts.map(outline)).toMatchInlineSnapshot(`
    [
      "-1.0 system text instructions "You are a coding agent."",
      "0.-1 system opaque input/0 """,
      "1.0 system text input/1/content/0/text "<permissions>all</permis"",
      "2.0 user text input/2/content/0/text "What is wrong here?"",
      "2.1 user image input/2/content/1 """,
      "2.2 user opaque input/2/content/2 """,
      "2.3 user text input/2/content/3/text "Be brief."",
      "3.-1 assistant reasoning input/3 """,
      "4.0 assistant text input/4/content/0/text "I will look."",
      "4.1 assistant opaque input/4/content/1 """,
      "5.-1 assistant tool-call input/5 """,
      "6.-1 assistant tool-call input/6 """,
      "7.0 tool tool-result input/7/output "Exit code: 0\\nWall time: "",
      "8.0 tool tool-result input/8/output/0/text "1 failing"",
      "8.1 tool image input/8/output/1 """,
      "8.2 tool tool-result input/8/output/2/text "second text"",
      "9.-1 assistant reasoning input/9 """,
      "10.-1 assistant tool-call input/10 """,
      "11.0 tool tool-result input/11/output "Success. Updated the fol"",
      "12.-1 assistant tool-call input/12 """,
      "13.0 tool tool-result input/13/output "{\\"output\\":\\"parser.ts\\\\n\\","",
      "14.-1 assistant tool-call input/14 """,
      "15.1 tool tool-result input/15/output/0/stdout "2 passing\\n1 failing\\n"",
      "15.2 tool tool-result input/15/output/0/stderr "npm ERR! Test failed.\\n"",
      "15.4 tool tool-result input/15/output/1/stdout " M parser.ts\\n"",
      "15.5 tool tool-result input/15/output/1/stderr """,
      "16.-1 assistant tool-call input/16 """,
      "17.0 tool tool-result input/17/output "Error: no such hunk"",
      "19.0 tool tool-result input/19/output "of a call that is not he"",
      "20.0 tool tool-result input/20/output "of a call that the provi"",
      "21.0 assistant text input/21/content/0/text "Done."",
      "22.0 user text input/22/content "Thanks."",
    ]
  `);
});

test('what the provider’s own programs and containers are at the ends of is opaque, as all unknown items are', () => {
  const { parts } = readFixture('all-items');
  expect(parts.filter(({ kind }) => kind !== 'opaque').map(outline)).toMatchInlineSnapshot(`
    [
      "0.0 user text input/0/content/0/text "Work."",
      "2.-1 assistant tool-call input/2 """,
      "6.-1 assistant tool-call input/6 """,
      "7.0 tool tool-result input/7/output "[{\\"id\\":3}]"",
      "8.-1 assistant tool-call input/8 """,
      "27.0 user text input/27/content/0/text "Go on."",
    ]
  `);
});

test('an output knows the call that it answers, whatever kind it is', () => {
  const calls = resultsOf(readFixture('agent')).map(({ call, isError }) => [call?.name, call?.input, isError]);
  expect(calls).toEqual([
    ['exec_command', { cmd: 'cat /a/parser.ts', limit: 1 }, undefined],
    ['mcp__docs.search', '{"query": "ref', undefined],
    ['mcp__docs.search', '{"query": "ref', undefined],
    ['apply_patch', '*** Begin Patch\n*** End Patch', undefined],
    ['local_shell', { type: 'exec', command: ['bash', '-lc', 'ls'], env: {} }, undefined],
    ['shell', { command: 'npm test' }, true],
    ['shell', { command: 'npm test', stream: 'stderr' }, true],
    ['shell', { command: 'git status' }, undefined],
    ['shell', { command: 'git status', stream: 'stderr' }, undefined],
    ['apply_patch', { type: 'update_file', path: 'parser.ts', diff: '@@\n-a\n+b' }, true],
    [undefined, undefined, undefined],
    ['mcp__docs.search', null, undefined],
  ]);
});

test('a command that ran out of time has failed', () => {
  const shell = resultsOf(readFixture('odd-shapes')).filter(({ turn }) => turn === 28);
  expect(shell.map(({ source, isError }) => [source, isError])).toEqual([
    ['only this', true],
    ['only that', undefined],
  ]);
});

test('encrypted reasoning and compactions are signed (R-30)', () => {
  const signed = (name: string): readonly string[] =>
    readFixture(name)
      .parts.filter(({ isSigned }) => isSigned)
      .map(({ kind, path }) => `${kind} ${path.join('/')}`);
  expect(signed('agent')).toEqual(['reasoning input/3']);
  expect(signed('all-items')).toEqual(['opaque input/24']);
  expect(signed('odd-shapes')).toEqual(['opaque input/32']);
});

test('tools are known by name, those that items brought too', () => {
  expect(readFixture('agent').toolNames).toEqual([
    'view_image',
    'exec_command',
    'apply_patch',
    'mcp__docs.search',
    'local_shell',
    'shell',
  ]);
  expect(readFixture('all-items').toolNames).toEqual(['send_mail', 'list_orders']);
  expect(readFixture('odd-shapes').toolNames).toEqual([]);
});

test('tools that items bring stay with what goes on, and a request that only warms up begins nothing yet', () => {
  const brought = { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'search' }] };
  const asked = { role: 'user', content: 'go' };
  const facts = (body: JsonObject): readonly (boolean | undefined)[] => {
    const { bringsTools, onlyWarms } = read(body);
    return [bringsTools, onlyWarms];
  };
  expect(facts({ generate: false, input: [] })).toEqual([undefined, true]);
  expect(facts({ generate: false, input: [brought] })).toEqual([true, true]);
  expect(facts({ generate: false, input: [brought, asked] })).toEqual([true, undefined]);
  expect(facts({ generate: false, input: [], previous_response_id: 'r' })).toEqual([undefined, undefined]);
  expect(facts({ tools: brought.tools, input: [asked] })).toEqual([undefined, undefined]);
});

describe('what stays with the model', () => {
  const output = { type: 'function_call_output', call_id: 'a', output: 'x' };
  const compaction = { type: 'compaction', encrypted_content: 'x' };
  const table: [what: string, body: JsonObject, keepsResults: boolean][] = [
    ['everything', { input: [output] }, true],
    ['what the context holds', { input: [output], truncation: 'auto' }, false],
    ['everything, or an error', { input: [output], truncation: 'disabled', context_management: [] }, true],
    ['what a compaction leaves', { input: [output], context_management: [{ type: 'compaction' }] }, false],
    ['what follows a compaction', { input: [output, compaction, output] }, false],
    ['all results when none was compacted', { input: [compaction, output] }, true],
    ['everything until a compaction asked for', { input: [output, { type: 'compaction_trigger' }] }, true],
  ];
  test.each(table)('%s: %j', (_, body, keepsResults) => {
    expect(read(body).keepsResults).toBe(keepsResults);
  });
});

test('a request says which answer it goes on from', () => {
  expect(read({ input: 'x', previous_response_id: 'resp_1' }).continues).toBe('resp_1');
  expect(read({ input: 'x', previous_response_id: null })).not.toHaveProperty('continues');
});

describe('no tool is added to what the provider holds or answers later', () => {
  const table: [body: JsonObject, refusesTools: boolean][] = [
    [{ input: 'x' }, false],
    [{ input: 'x', previous_response_id: null, conversation: null, background: false }, false],
    [{ input: 'x', previous_response_id: 'resp_1' }, false],
    [{ input: 'x', conversation: { id: 'conv_1' } }, true],
    [{ input: 'x', background: true }, true],
  ];
  test.each(table)('%j', (body, refusesTools) => {
    expect(read(body).refusesTools).toBe(refusesTools);
  });
});

/** As the sent log spells a turn. */
function spelled({ head, blocks }: Conversation['turns'][number]): string {
  return [head, ...blocks]
    .map((value) => canonical(value, { ignoredKeys: openaiResponses.volatileKeys, digest: String }))
    .join(' ');
}

describe('items that say the same to the model are the same turn', () => {
  const text = (type: string): JsonObject => ({ type, text: 'hi' });
  const call = { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}' };
  const table: [what: string, ...items: JsonObject[]][] = [
    [
      'messages',
      { role: 'user', content: 'hi' },
      { type: 'message', role: 'user', content: 'hi' },
      { type: 'message', role: 'user', content: [text('input_text')] },
      { role: 'user', content: [{ ...text('input_text'), prompt_cache_breakpoint: { mode: 'explicit' } }] },
    ],
    [
      'answers',
      { role: 'assistant', content: 'hi' },
      { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [text('output_text')] },
    ],
    ['calls', call, { ...call, id: 'fc_1', status: 'completed' }, { ...call, id: 'fc_2' }],
    [
      'outputs',
      { type: 'function_call_output', call_id: 'c', output: 'hi' },
      { type: 'function_call_output', call_id: 'c', output: [text('input_text')], id: 'fco_1', status: 'completed' },
    ],
    [
      'reasoning',
      { type: 'reasoning', summary: [], encrypted_content: 'x' },
      { type: 'reasoning', summary: [], encrypted_content: 'x', id: 'rs_1', status: 'completed' },
    ],
  ];
  test.each(table)('%s', (_, ...items) => {
    const turns = items.map((item) => spelled(read({ input: [item] }).turns[0]!));
    expect(new Set(turns).size).toBe(1);
  });

  test('a text as input is a message of the user', () => {
    const [lone, listed] = [read({ input: 'hi' }), read({ input: [{ role: 'user', content: 'hi' }] })];
    expect(spelled(lone.turns[0]!)).toBe(spelled(listed.turns[0]!));
  });

  test('references to different items are different', () => {
    const turns = ['a', 'b'].flatMap((id) => [
      read({ input: [{ id }] }),
      read({ input: [{ id, type: 'item_reference' }] }),
    ]);
    expect(new Set(turns.map((conversation) => spelled(conversation.turns[0]!))).size).toBe(4);
  });
});

test('settings among the items are not part of what stands before a result', () => {
  const roles = readFixture('all-items').turns.map(({ role, head }) => [role, (head as JsonObject)['type']]);
  expect(roles.filter(([role]) => role === 'system')).toEqual([['system', 'configuration_update']]);
  expect(readFixture('agent').turns[0]!.role).toBe('system');
});

test('both streams of a command are pieces of their own, after how it ended', () => {
  expect(readFixture('agent').turns[15]).toEqual({
    role: 'tool',
    head: { type: 'shell_call_output', call_id: 'call_5', max_output_length: 4096 },
    blocks: [
      { outcome: { type: 'exit', exit_code: 1 } },
      { stdout: '2 passing\n1 failing\n' },
      { stderr: 'npm ERR! Test failed.\n' },
      { outcome: { type: 'exit', exit_code: 0 } },
      { stdout: ' M parser.ts\n' },
      { stderr: '' },
    ],
  });
});

test('every output that can be read spells a mark of the format', () => {
  for (const name of ['agent', 'all-items', 'chained', 'odd-shapes'])
    for (const { turn } of resultsOf(readFixture(name))) {
      const item = JSON.stringify(readFixture(name).turns[turn]!.head);
      expect(openaiResponses.resultMarks.some((mark) => item.includes(mark))).toBe(true);
    }
});

describe('odd shapes give fewer parts, never an error', () => {
  const table: [fixture: string, parts: string[]][] = [
    ['not-an-object', []],
    ['no-input', []],
    [
      'odd-shapes',
      [
        '7.0 user text input/7/content "a role that nobody knows"',
        '23.4 tool tool-result input/23/output/4/text "seen"',
        '24.0 tool tool-result input/24/output "seen too"',
        '25.0 tool tool-result input/25/output "by the id alone"',
        '28.8 tool tool-result input/28/output/5/stdout "only this"',
        '28.10 tool tool-result input/28/output/6/stderr "only that"',
      ],
    ],
  ];
  test.each(table)('%s', (name, parts) => {
    const readable = readFixture(name).parts.filter(({ kind }) => kind === 'text' || kind === 'tool-result');
    expect(readable.map(outline)).toEqual(parts);
  });
});
