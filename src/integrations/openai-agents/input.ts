/**
 * What a model is asked, as items of Responses, for the engine to decide on, and the same again with the shorter texts in
 * their places. Reports of failures are not shown to the engine and stay.
 */
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { type IsKept, keptWhere, withTexts } from '../shorter-texts.ts';
import type { Item, ModelRequest, Result, ShellResult } from './types.ts';

export interface Asked {
  readonly items: readonly Item[];
  /** What the engine is shown. */
  readonly shown: readonly JsonObject[];
  /** Where in it each item stands, if it does. */
  readonly places: readonly (number | undefined)[];
}

export function askedIn({ input }: Pick<ModelRequest, 'input'>): Asked {
  const items: readonly Item[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const shown: JsonObject[] = [];
  const places = items.map((item) => {
    const one = shownOf(item);
    return one && shown.push(one) - 1;
  });
  return { items, shown, places };
}

/** Undefined for what is the provider's, and for thoughts: programs may leave them out later. */
function shownOf(item: Item): JsonObject | undefined {
  if ('role' in item) return { role: item.role, content: textOf(item.content) };
  const { type } = item;
  if (type === 'function_call') return { type, call_id: item.callId, name: item.name, arguments: item.arguments };
  if (type === 'function_call_result')
    return { type: 'function_call_output', call_id: item.callId, name: item.name, output: outputOf(item) ?? [] };
  if (type === 'shell_call') return { type, call_id: item.callId, action: { commands: item.action.commands } };
  if (type === 'shell_call_output') return { type, call_id: item.callId, output: item.output.map(chunkOf) };
  return undefined;
}

type Pieces = readonly { readonly type: string; readonly text?: string }[];

/** Of images and files it counts that they are there. */
function textOf(content: string | Pieces): string {
  if (typeof content === 'string') return content;
  return content.map(({ type, text }) => text ?? `[${type}]`).join('\n');
}

function chunkOf({ stdout, stderr, outcome }: ShellResult['output'][number]): JsonObject {
  const end = outcome.type === 'exit' ? { type: 'exit', exit_code: outcome.exitCode } : { type: 'timeout' };
  return { stdout, stderr, outcome: end };
}

/** The SDK's own words where a tool throws and its author says nothing else: no item says that it is a failure. */
const FAILURE = /^An error occurred while (?:running the tool|parsing tool arguments)\b/;

/** Undefined for what stays: reports of failures, images, files. */
function outputOf({ output, status }: Result): JsonValue | undefined {
  if (status !== 'completed') return undefined;
  if (typeof output === 'string') return FAILURE.test(output) ? undefined : output;
  const texts = (Array.isArray(output) ? output : [output]).flatMap((piece) =>
    piece.type === 'text' || piece.type === 'input_text' ? [{ type: 'input_text', text: piece.text }] : [],
  );
  return texts.length === 0 || FAILURE.test(texts[0]!.text) ? undefined : texts;
}

/**
 * The items with what the engine made of their results; the very item where nothing is shorter.
 * @param mayView false: where a view was sent before, its original goes out, because nobody could fetch it.
 */
export function withShorter(
  { items, places }: Asked,
  shorter: readonly JsonObject[],
  mayView: boolean,
): readonly Item[] {
  const isKept = keptWhere(mayView);
  return items.map((item, index) => {
    const at = places[index];
    const output = at === undefined ? undefined : shorter[at]?.['output'];
    if ('role' in item || output === undefined) return item;
    if (item.type === 'function_call_result') return withOutput(item, output, isKept);
    return item.type === 'shell_call_output' ? withChunks(item, output, isKept) : item;
  });
}

function withOutput(item: Result, after: JsonValue, isKept: IsKept): Result {
  const { output } = item;
  if (typeof output === 'string') return after !== output && isKept(after) ? { ...item, output: after } : item;
  const texts = Array.isArray(after) ? (after as readonly JsonObject[]).map(({ text }) => text) : [];
  if (texts.length === 0) return item;
  if (!Array.isArray(output)) {
    const [text] = texts;
    if (output.type !== 'text' || output.text === text || !isKept(text)) return item;
    return { ...item, output: { ...output, text } };
  }
  const textOf = (piece: (typeof output)[number]): string | undefined =>
    piece.type === 'input_text' ? piece.text : undefined;
  const pieces = withTexts(output, textOf, texts, isKept);
  return pieces === output ? item : { ...item, output: [...pieces] };
}

function withChunks(item: ShellResult, after: JsonValue, isKept: IsKept): ShellResult {
  const shorter = after as readonly JsonObject[];
  const output = item.output.map((chunk, index) => {
    const stdout = shorter[index]?.['stdout'];
    const stderr = shorter[index]?.['stderr'];
    return {
      ...chunk,
      ...(isKept(stdout) && { stdout }),
      ...(isKept(stderr) && { stderr }),
    };
  });
  const isSame = output.every(
    ({ stdout, stderr }, index) => stdout === item.output[index]!.stdout && stderr === item.output[index]!.stderr,
  );
  return isSame ? item : { ...item, output };
}
