/**
 * Agents that have no tools of the API's own let the model write its calls as text, and answer in turns of the user. Where
 * the operator says how such answers begin, they are results like any other.
 */
import type { Conversation, Part, ToolCall, Turn } from '../core/conversation.ts';
import { asObject } from '../core/json/value.ts';

/** @throws SyntaxError for what is no regular expression. */
export function observationPattern(text: string): RegExp {
  return new RegExp(`^\\s*(?:${text})`);
}

/** @param pattern how an observation begins; undefined: there are none. */
export function withObservations(conversation: Conversation, pattern: RegExp | undefined): Conversation {
  if (!pattern) return conversation;
  const { turns } = conversation;
  const parts = conversation.parts.map((part): Part => {
    const isSaid = part.kind === 'text' && part.role === 'user' && part.turn >= 0;
    const before = turns[part.turn - 1];
    if (!isSaid || before?.role !== 'assistant' || !pattern.test(part.source)) return part;
    return { ...part, kind: 'tool-result', role: 'tool', call: callIn(before) };
  });
  return { ...conversation, parts };
}

/** The last thing in a fence or a tag is what was to be done; else the whole turn may be. */
const ACTION = /```[^\n`]*\n([\s\S]*?)\n?```|<(execute_\w+|function)\b[^>]*>([\s\S]*?)<\/\2>/g;

function callIn({ blocks }: Turn): ToolCall {
  const said = blocks.map((block) => asObject(block)['text']).filter((text) => typeof text === 'string');
  const text = said.join('\n');
  const last = [...text.matchAll(ACTION)].at(-1);
  return { id: '', name: 'text action', input: { command: (last?.[1] ?? last?.[3] ?? text).trim() } };
}
