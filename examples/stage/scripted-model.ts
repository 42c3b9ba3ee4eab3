/**
 * What the scripted provider says in the place of a model. It calls the tools of the task, reads what it gets for them,
 * and says a fact only where it stands in that: so an answer that is the same with Headroom shows that nothing needed
 * was lost. What stands behind a handle it fetches, as a model does, with `headroom_retrieve`.
 */
import type { JsonObject } from '../../src/core/json/value.ts';
import { compressors } from '../../src/pipeline/defaults.ts';
import { expandText } from '../../src/pipeline/expand.ts';
import type { RecordedRequest, Script, ScriptedCall } from '../../src/testing/index.ts';
import type { Tool } from './compare.ts';

const RETRIEVE = 'headroom_retrieve';
const HANDLE = /hash=([0-9a-f]{24})/g;
const MOST_TURNS = 50;

/** As much of a request as is read here, whichever the API: a message, a block of its content, or an item. */
interface Piece {
  readonly type?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: JsonObject;
  readonly arguments?: string;
  readonly call_id?: string;
  readonly tool_call_id?: string;
  readonly tool_use_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: Called }[];
  readonly content?: Content;
  readonly output?: Content;
  readonly text?: string;
}
type Content = string | readonly Piece[] | null;
interface Called {
  readonly name: string;
  readonly arguments: string;
}

/** One call of a tool, and what came back for it. */
interface Exchange {
  readonly tool: string;
  readonly input: JsonObject;
  readonly result: string;
}

export function scriptFor(tools: readonly Tool[], { body }: RecordedRequest): Script {
  const request = JSON.parse(body.toString()) as { messages?: Piece[]; input?: Piece[]; tools?: unknown };
  const exchanges = exchangesOf([...(request.messages ?? []), ...(request.input ?? [])]);
  const next = tools.filter(({ name }) => !exchanges.some(({ tool }) => tool.endsWith(name)));
  if (next.length > 0) return calling(next.map(({ name }) => ({ tool: new RegExp(`${name}$`), input: {} })));
  const answers = tools.map((tool) => ({ tool, ...answerFrom(tool, exchanges) }));
  const open = answers.find(({ missing, handles }) => missing > 0 && handles.length > 0);
  if (open && JSON.stringify(request.tools ?? []).includes(RETRIEVE)) {
    const input = { hash: open.handles[0]!, ...(open.tool.query !== undefined && { query: open.tool.query }) };
    return calling([{ tool: new RegExp(`${RETRIEVE}$`), input }]);
  }
  const lines = answers
    .filter(({ tool }) => tool.facts.length > 0)
    .map(({ tool, found, missing }) => {
      const said = found.length > 0 ? found.join('; ') : 'nothing';
      return `${tool.name} says: ${said}${missing > 0 ? ` (${missing} more I cannot find)` : ''}.`;
    });
  return { text: lines.join('\n') };
}

/** Wherever the conversation is, this is the next turn. */
function calling(calls: readonly ScriptedCall[]): Script {
  return { call: Array.from({ length: MOST_TURNS }, () => calls) };
}

interface Answer {
  readonly found: readonly string[];
  readonly missing: number;
  /** Of originals that were not fetched yet. */
  readonly handles: readonly string[];
}

function answerFrom({ name, facts }: Tool, exchanges: readonly Exchange[]): Answer {
  const own = exchanges.filter(({ tool }) => tool.endsWith(name)).map(({ result }) => result);
  const handles = own.flatMap((text) => Array.from(text.matchAll(HANDLE), ([, hash]) => hash!));
  const fetched = exchanges.filter(({ tool, input }) => tool.endsWith(RETRIEVE) && handles.includes(asked(input)));
  // A form that loses nothing is its own description: whoever reads it knows the rows.
  const texts = [...own, ...fetched.map(({ result }) => result)];
  const read = texts.flatMap((text) => [text, expandText(text, compressors) ?? '']);
  const found = facts.filter((fact) => read.some((text) => text.includes(fact)));
  const done = new Set(fetched.map(({ input }) => asked(input)));
  return { found, missing: facts.length - found.length, handles: handles.filter((hash) => !done.has(hash)) };
}

function asked({ hash }: JsonObject): string {
  return typeof hash === 'string' ? hash : '';
}

function exchangesOf(turns: readonly Piece[]): readonly Exchange[] {
  const pieces = turns.flatMap((turn) => [turn, ...(Array.isArray(turn.content) ? (turn.content as Piece[]) : [])]);
  const results = new Map(
    pieces.map((piece) => {
      const id = piece.tool_use_id ?? piece.tool_call_id ?? (piece.type === 'function_call_output' && piece.call_id);
      return [id, textOf(piece.output ?? piece.content)];
    }),
  );
  const exchange = (id: string, tool: string, input: JsonObject): Exchange => {
    return { tool, input, result: results.get(id) ?? '' };
  };
  return pieces.flatMap(({ type, id = '', call_id = '', name = '', input = {}, tool_calls = [], ...rest }) => {
    const calls = tool_calls.map((call) => exchange(call.id, call.function.name, parsed(call.function.arguments)));
    if (type === 'tool_use') calls.push(exchange(id, name, input));
    if (type === 'function_call') calls.push(exchange(call_id, name, parsed(rest.arguments)));
    return calls;
  });
}

function parsed(text = ''): JsonObject {
  return JSON.parse(text || '{}') as JsonObject;
}

function textOf(content: Content | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap(({ text }) => text ?? []).join('\n');
}
