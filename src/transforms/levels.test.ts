import { describe, expect, test } from 'vitest';
import type { Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part, ToolCall } from '../core/conversation.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { Policy } from '../core/transform.ts';
import { levelsFor } from './levels.ts';

const TEXT = 'all is well here\n'.repeat(60);

function partOf(index: number, call: ToolCall, source: string): Part {
  return {
    index,
    kind: 'tool-result',
    role: 'user',
    turn: index,
    block: 0,
    path: [],
    source,
    text: source,
    frozen: false,
    call,
  };
}

interface Asked {
  readonly level?: Level;
  readonly views?: Compressor['viewsFiles'];
  readonly tools?: readonly string[];
  readonly before?: readonly JsonObject[];
  readonly text?: string;
}

/** The level for the result of a call with this input, with calls of the other inputs before it. */
function levelOf(
  input: JsonObject,
  { level = 'balanced', views, tools = ['Read', 'Edit'], before = [], text = TEXT }: Asked,
): Level {
  const parts = [...before, input].map((each, i) => partOf(i, { id: `c${i}`, name: 'any', input: each }, text));
  const conversation: Conversation = {
    format: 'f',
    model: 'm',
    turns: [],
    parts,
    toolNames: tools,
    keepsResults: true,
    showsInputs: true,
  };
  const policy: Policy = { level, tools: [], allowLoss: true, allowTools: true };
  const compressor = {
    name: 'any',
    ...(views && { viewsFiles: views }),
  } as Compressor;
  return levelsFor(parts.at(-1)!, policy, conversation)!(compressor);
}

describe('files that a program recorded (R-12)', () => {
  const views = 'recorded' as const;
  const log = { file_path: '/tmp/run.output' };

  test('may take the views of kinds that are recorded, and of no other', () => {
    expect(levelOf(log, { views })).toBe('balanced');
    expect(levelOf({ command: 'tail -100 /tmp/run.output' }, { views })).toBe('balanced');
    expect(levelOf(log, {})).toBe('lossless');
    expect(levelOf(log, { views: 'settled-code', level: 'aggressive' })).toBe('lossless');
  });

  test('stay whole where the path is one that people edit', () => {
    for (const path of ['/src/package.json', '/src/tsconfig.json', '/src/a.ts', '/src/notes.txt', '/src/rows.csv'])
      for (const level of ['balanced', 'aggressive'] as const)
        expect(levelOf({ file_path: path }, { views, level })).toBe('lossless');
    expect(levelOf({ command: 'cat /tmp/run.output src/a.ts' }, { views })).toBe('lossless');
    expect(levelOf({ command: 'cat /tmp/*.output' }, { views })).toBe('lossless');
  });

  test.each<readonly [string, JsonObject]>([
    ['an edit', { file_path: '/tmp/run.output', old_string: 'a', new_string: 'b' }],
    ['an edit under a shorter path', { path: 'run.output', old_str: 'a', new_str: 'b' }],
    ['a write', { file_path: '/tmp/run.output', content: 'one\ntwo' }],
    ['a here-document', { command: 'cat > /tmp/run.output <<EOF\nx\nEOF' }],
    ['sed in place', { command: 'sed -i s/a/b/ /tmp/run.output' }],
    ['a list of edits', { file: '/tmp/run.output', edits: [{ old: 'a', new: 'b' }] }],
  ])('stay whole after %s', (_, edit) => {
    expect(levelOf(log, { views, before: [edit] })).toBe('lossless');
  });

  test('may be viewed after calls that only read them, or that touch others', () => {
    const before = [
      log,
      { command: ['bash', '-lc', 'tail -5 /tmp/run.output'], workdir: '/tmp' },
      { file_path: '/src/a.ts', old_string: 'a\nb', new_string: 'b' },
    ];
    expect(levelOf(log, { views, before })).toBe('balanced');
  });

  test('what comes after decides nothing: the same result, the same level (R-4)', () => {
    const edit = { file_path: '/tmp/run.output', old_string: 'a', new_string: 'b' };
    expect(levelOf(log, { views })).toBe(levelOf(log, { views, before: [log] }));
    expect(levelOf(edit, { views })).toBe('lossless');
  });
});

describe('outlines of code', () => {
  const views = 'settled-code' as const;
  const level = 'aggressive' as const;
  const own = { file_path: '/srv/app/src/a.ts' };
  const foreign = { file_path: '/srv/app/node_modules/ws/index.js' };

  test('stand for code of other projects, at level aggressive alone', () => {
    expect(levelOf(foreign, { views, level })).toBe('aggressive');
    expect(levelOf(foreign, { views })).toBe('lossless');
    expect(levelOf({ url: 'https://example.org/a.ts' }, { views, level })).toBe('aggressive');
    expect(levelOf(own, { views, level })).toBe('lossless');
  });

  test('stand for no code of another project that was changed before', () => {
    expect(levelOf(foreign, { views, level, before: [{ ...foreign, old_string: 'a', new_string: 'b' }] })).toBe(
      'lossless',
    );
  });

  test('stand for any code where no tool can change a file', () => {
    expect(levelOf(own, { views, level, tools: ['Read', 'Grep', 'Glob', 'web_search', 'mcp__docs__get_page'] })).toBe(
      'aggressive',
    );
    for (const tool of [
      'Bash',
      'Edit',
      'apply_patch',
      'str_replace_based_edit_tool',
      'run_terminal_cmd',
      'Task',
      'frobnicate',
      'mcp__fs__write_file',
    ])
      expect(levelOf(own, { views, level, tools: ['Read', 'Grep', tool] })).toBe('lossless');
    expect(levelOf(own, { views, level, tools: [] })).toBe('lossless');
  });

  test('do not stand for code in results of other calls: an edit may follow', () => {
    expect(levelOf({ command: 'cat src/a.ts | head -50' }, { views, level })).toBe('lossless');
    expect(levelOf({}, { views, level })).toBe('lossless');
  });
});

test('results that show no file take any view', () => {
  expect(levelOf({ command: 'npm test' }, {})).toBe('balanced');
  expect(levelOf({ command: 'npm test' }, { views: 'recorded', level: 'aggressive' })).toBe('aggressive');
});
