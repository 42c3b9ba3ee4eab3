/** What was learned about tools: whose results get no views, and whose are held when a conversation must fit. */
import { expect, test } from 'vitest';
import type { Compressor } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import type { Importance } from '../core/importance.ts';
import type { Policy } from '../core/transform.ts';
import { estimate } from '../tokenizers/estimate.ts';
import { leaveOut } from './context-fitter/context-fitter.ts';
import { levelsFor } from './levels.ts';

const POLICY: Policy = { level: 'balanced', tools: [], allowLoss: true, allowTools: true };

function importance(
  facts: Readonly<Record<string, { readonly lost?: string; readonly fetched?: number }>>,
): Importance {
  return {
    forTool: (name) => ({
      weightOf: () => 0,
      isLost: () => false,
      isLostBy: (compressor) => facts[name]?.lost === compressor,
      fetchedShare: facts[name]?.fetched,
    }),
  };
}

function resultOf(index: number, tool: string, source: string): Part {
  const call = { id: `c${index}`, name: tool, input: {} };
  const place = { role: 'tool', turn: index * 2 + 2, block: 0, path: [], frozen: false } as const;
  return { index, kind: 'tool-result', ...place, source, text: source, call };
}

function conversationOf(parts: readonly Part[]): Conversation {
  const turns = Array.from({ length: parts.length * 2 + 9 }, (_, turn) => ({
    role: turn % 2 === 0 ? ('tool' as const) : ('assistant' as const),
    head: null,
    blocks: [],
  }));
  return { format: 'f', model: 'm', turns, parts, toolNames: ['list', 'edit'], keepsResults: true, showsInputs: true };
}

const compressor = (name: string): Compressor => ({
  name,
  claim: () => 1,
  compress: () => undefined,
  expand: () => undefined,
  same: () => true,
});
const TEXT = Array.from({ length: 200 }, (_, line) => `some words of line ${line}`).join('\n');

test('a tool gets no views of the kind that is fetched nearly every time, and views of all other kinds', () => {
  const part = resultOf(0, 'list', TEXT);
  const levels = levelsFor(part, POLICY, conversationOf([part]), importance({ list: { lost: 'listing' } }))!;
  expect(levels(compressor('listing'))).toBe('lossless');
  expect(levels(compressor('json'))).toBe('balanced');
  const others = levelsFor(part, POLICY, conversationOf([part]), importance({ other: { lost: 'listing' } }))!;
  expect(others(compressor('listing'))).toBe('balanced');
});

test('of two results the one goes first whose tool nobody fetches from', () => {
  const parts = [resultOf(0, 'fetched', TEXT), resultOf(1, 'other', TEXT)];
  const leftOf = (known: Importance | undefined): readonly number[] =>
    leaveOut(conversationOf(parts), 1, estimate, known).map(({ part }) => part.index);
  expect(leftOf(undefined)).toEqual([0]);
  expect(leftOf(importance({ fetched: { fetched: 0.9 }, other: { fetched: 0 } }))).toEqual([1]);
});
