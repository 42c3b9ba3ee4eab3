/** Which of the forms that compressors offer goes out. */
import { expect, test } from 'vitest';
import type { Compressed, Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { NO_DEADLINE } from '../core/deadline.ts';
import { estimate } from '../tokenizers/estimate.ts';
import { contentRouter } from './content-router.ts';

const TEXT = Array.from({ length: 400 }, (_, line) => `some words of line ${line}`).join('\n');
const SHORTER = TEXT.slice(0, TEXT.length * 0.9);

type Says = (level: Level) => Compressed | undefined;
const full: Compressed = { text: SHORTER, loss: 'none' };
const view = (text: string): Compressed => ({ text, loss: 'recoverable' });

function kind(name: string, claim: number, says: Says): Compressor {
  return {
    name,
    claim: () => claim,
    compress: (_, { level }) => says(level),
    expand: (text) => (text === SHORTER ? TEXT : undefined),
    same: (source, expanded) => source === expanded,
  };
}

function routed(kinds: readonly Compressor[], level: Level): string {
  const call = { id: 'c', name: 'fetch', input: {} };
  const place = { role: 'tool', turn: 1, block: 0, path: [], frozen: false } as const;
  const part: Part = { index: 0, kind: 'tool-result', ...place, source: TEXT, text: TEXT, call };
  const turns = (['assistant', 'tool'] as const).map((role) => ({ role, head: null, blocks: [] }));
  const facts = { format: 'f', model: 'm', toolNames: ['fetch'], keepsResults: true, showsInputs: true };
  const conversation: Conversation = { ...facts, turns, parts: [part] };
  const policy = { level, tools: [], allowLoss: true, allowTools: true } as const;
  const plan = contentRouter(kinds).plan(conversation, { tokenizer: estimate, policy, deadline: NO_DEADLINE });
  const { value } = plan.next();
  return typeof value === 'object' && value.kind === 'rewrite' ? `${value.by}: ${value.text}` : 'left alone';
}

test('what one kind can only say in full, another that claims it nearly as surely says in a view', () => {
  const kinds = [kind('sure', 0.9, () => full), kind('other', 0.8, () => view('in short'))];
  expect(routed(kinds, 'balanced')).toBe('other: in short');
});

test('a kind that claims it much less surely overrules nothing', () => {
  const kinds = [kind('sure', 0.9, () => full), kind('other', 0.5, () => view('in short'))];
  expect(routed(kinds, 'balanced')).toBe(`sure: ${SHORTER}`);
});

test('where the surest has nothing to say, another does', () => {
  const kinds = [kind('sure', 0.9, () => undefined), kind('other', 0.5, () => view('in short'))];
  expect(routed(kinds, 'balanced')).toBe('other: in short');
});

test('aggressive is never longer than balanced: where it finds no view, that of balanced stands', () => {
  const mild = kind('mild', 0.9, (level) => (level === 'balanced' ? view('in short') : full));
  expect(routed([mild], 'aggressive')).toBe('mild: in short');
  const strong = kind('strong', 0.9, (level) => view(level === 'balanced' ? 'in short' : 'shorter'));
  expect(routed([strong], 'aggressive')).toBe('strong: shorter');
});
