/**
 * One text as the only tool result of a conversation, for whoever has a text and no conversation: the body to run
 * through an engine, and what became of the text.
 */
import { hashOf } from '../core/hash.ts';
import type { JsonValue } from '../core/json/value.ts';
import { findMarkers } from '../core/marker.ts';
import type { Verdict } from './engine.ts';
import type { Note } from './note.ts';

export interface OneResult {
  readonly text: string;
  /** The tool that it is the result of, and what that was asked. */
  readonly tool?: string | undefined;
  readonly input?: JsonValue | undefined;
  readonly isError?: boolean | undefined;
  /** Whoever reads the form has the retrieval tool by MCP: then an engine that offers it gives views too, to them alone. */
  readonly canFetch?: boolean | undefined;
}

export interface OneForm {
  /** The source itself where nothing was saved. */
  readonly text: string;
  readonly by: readonly string[];
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Key of the original; undefined unless the form is a view. */
  readonly hash: string | undefined;
  /** Why nothing was saved. */
  readonly reason: string;
}

/** As clients name the tool of an MCP server: that is how the pipeline knows that nothing needs to be offered. */
const FETCHING = [{ name: 'mcp__headroom__headroom_retrieve', input_schema: { type: 'object' } }];

export function bodyOf({ text, tool, input, isError, canFetch }: OneResult): Uint8Array {
  const call = { type: 'tool_use', id: 'toolu_1', name: tool ?? 'unnamed', input: input ?? {} };
  const result = { type: 'tool_result', tool_use_id: call.id, content: text, ...(isError && { is_error: true }) };
  return Buffer.from(
    JSON.stringify({
      model: '',
      max_tokens: 1,
      ...(canFetch && { tools: FETCHING }),
      messages: [
        { role: 'user', content: 'read' },
        { role: 'assistant', content: [call] },
        { role: 'user', content: [result] },
      ],
    }),
  );
}

/** @param verdict of a job whose body was made from this text. */
export function formOf(source: string, { body, notes, problem }: Verdict): OneForm {
  const changes = notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed');
  const last = changes.at(-1);
  const text = body && last ? resultIn(body) : undefined;
  if (text === undefined || !last) return unchanged(source, problem ?? reasonIn(notes));
  const hash = hashOf(source);
  return {
    text,
    by: [...new Set(changes.map(({ by }) => by))],
    tokensBefore: last.tokensBefore,
    tokensAfter: last.tokensAfter,
    hash: findMarkers(text).includes(hash) ? hash : undefined,
    reason: '',
  };
}

export function unchanged(text: string, reason: string): OneForm {
  return { text, by: [], tokensBefore: 0, tokensAfter: 0, hash: undefined, reason };
}

function resultIn(body: Uint8Array): string | undefined {
  const { messages } = JSON.parse(Buffer.from(body).toString()) as { messages: { content: { content: string }[] }[] };
  return messages.at(-1)?.content[0]?.content;
}

function reasonIn(notes: readonly Note[]): string {
  const reasons = notes.map(({ by, reason }) => `${by}: ${reason}`);
  return [...new Set(reasons)].slice(0, 3).join('; ') || 'nothing to save';
}
