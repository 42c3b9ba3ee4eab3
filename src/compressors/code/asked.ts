/** What the tool call of a text wants from its file: all of it, the lines that it names, or a change. */
import type { ToolCall } from '../../core/conversation.ts';
import { asObject } from '../../core/json/value.ts';
import type { Run } from './gutter.ts';

const NAMES_LINES = /offset|limit|range|line|start|end|first|last|head|tail/i;
const PRINTS_PART = /\b(?:sed|head|tail|awk)\s|\bSelect-Object\b/;
const SAYS_EDITED =
  /\b(?:edited|updated|replaced|modified|overwritten|reverted|undone|introduced)\b|review the changes|more lines above/i;
const MAX_INTRODUCTION = 1_000;

/** Whoever asked for certain lines wants just these, whoever changed a file wants to see the change: no outline helps. */
export function wantsLines(call: ToolCall | undefined, lines: readonly string[], runs: readonly Run[]): boolean {
  const [run] = runs;
  if (!run || (run.isNumbered && run.first > 1)) return true;
  const introduction = lines.slice(0, run.start).join('\n').slice(0, MAX_INTRODUCTION);
  return SAYS_EDITED.test(introduction) || isForLines(call) || isForChange(call);
}

function isForLines(call: ToolCall | undefined): boolean {
  return Object.entries(asObject(call?.input ?? null)).some(([name, value]) =>
    typeof value === 'string'
      ? PRINTS_PART.test(value)
      : NAMES_LINES.test(name) && (typeof value === 'number' || Array.isArray(value)),
  );
}

/** A call that brings text with it: several lines, or what to replace and by what. */
function isForChange(call: ToolCall | undefined): boolean {
  const said = Object.values(asObject(call?.input ?? null)).filter((value) => typeof value === 'string');
  return said.length > 3 || said.some((text) => text.includes('\n'));
}
