import { expect, test } from 'vitest';
import type { Part, ToolCall } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import { writeMarker } from '../core/marker.ts';
import { guardNotes, Refusals } from './guard.ts';

function notesOn(input: ToolCall['input'], over: Partial<Part> = {}, name = 'Write'): readonly string[] {
  const call = { id: 'a', name, input };
  const part = {
    index: 3,
    kind: 'tool-result',
    role: 'tool',
    turn: 1,
    block: 0,
    path: [],
    source: 'ok',
    text: 'ok',
    frozen: false,
    call,
    ...over,
  } as const;
  const conversation = {
    format: 'f',
    model: 'm',
    turns: [],
    parts: [part],
    toolNames: [],
    keepsResults: true,
    showsInputs: true,
  };
  return guardNotes(conversation).map(({ by, outcome, part: index }) => `${by} ${outcome} ${index}`);
}

const MARKER = writeMarker(hashOf('x'));

test.each([
  ['a marker', { file_path: '/a.ts', content: `line\n${MARKER}\n` }],
  ['a reference', { file_path: '/a.ts', content: 'a\n[lines 2-40: same as in Read a.ts, above]\nb' }],
  [
    'a reference that follows another',
    { file_path: '/a.ts', old_string: 'x', new_string: '[12 lines: same as lines 3-14 there]' },
  ],
  ['the head of a form', { path: 'a', edits: [{ newText: '[headroom: parts by lines: 3 json]' }] }],
  ['a patch', `*** Begin Patch\n+${MARKER}\n*** End Patch`],
])('R-17 a call that writes %s is reported', (_name, input) => {
  expect(notesOn(input)).toEqual(['guard reported 3']);
});

test.each([
  ['ordinary text', { file_path: '/a.ts', content: 'same as above\n[lines]\n' }, {}, 'Write'],
  ['a search for such words', { pattern: 'headroom: ' }, {}, 'Grep'],
  ['what was reported before', { file_path: '/a.ts', content: `a\n${MARKER}` }, { frozen: true }, 'Write'],
  ['our own tool', { hash: MARKER, query: 'x' }, {}, 'headroom_retrieve'],
])('R-17 %s is not', (_name, input, over, name) => {
  expect(notesOn(input, over, name)).toEqual([]);
});

test('R-17 of one response the calls of one hop are sent back, and no more', () => {
  const refusals = new Refusals();
  const call = { name: 'Write', input: { file_path: '/a', content: `a\n${MARKER}` } };
  expect([refusals.refuses(call), refusals.refuses(call), refusals.refuses({ ...call, input: { a: 'x' } })]).toEqual([
    true,
    true,
    false,
  ]);
  refusals.endHop({ calls: [{ id: 'a', input: undefined }] });
  expect(refusals.refuses(call)).toBe(true);
  refusals.endHop({ calls: [{ id: 'a', input: call.input, isRefused: true }] });
  expect([refusals.refuses(call), refusals.count]).toEqual([false, 1]);
});
