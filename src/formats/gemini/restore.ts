/**
 * Puts hidden exchanges back into a request. Hops before the last stand as they were sent once; what the client has of
 * the last one stays as the client spells it.
 */
import type { Hop } from '../../core/continuation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../core/json/value.ts';
import { modelContent, resultsContent, resultsOf } from './contents.ts';
import { type Fit, fit, type Place } from './fit.ts';
import { fieldOf, FUNCTION_RESPONSE, itemsOf, keyIn, requestIn, THOUGHT_SIGNATURE } from './request.ts';
import { callIn, isEmpty } from './turn-name.ts';

export function restore(
  turn: number,
  hops: readonly Hop[],
  { value: body }: JsonDocument,
): readonly JsonEdit[] | undefined {
  const { path, value: request } = requestIn(body);
  const contents = asArray(request['contents']).map(asObject);
  const at = [...path, 'contents'];
  const run: Run = { at, start: turn, contents: sameSide(contents, turn) };
  const parts = partsOf(run);
  const fitted = fit(
    parts.map(({ part }) => part),
    hops,
  );
  const last = hops.at(-1);
  if (!fitted || !last) return undefined;
  const next = turn + run.contents.length;
  const answers =
    last.hidden.length === 0 ? [] : answer(partsOf({ at, start: next, contents: sameSide(contents, next) }), last);
  const earlier = hops.slice(0, -1).flatMap((hop) => [modelContent(hop.pieces), resultsContent(hop)]);
  const before = putBefore(run, parts, fitted, { earlier, last });
  const within = putWithin(parts, fitted);
  return answers && before && within && [...before, ...within, ...answers];
}

/** A turn, in as many contents as the client has it. */
interface Run {
  /** Where the contents stand. */
  readonly at: JsonPath;
  readonly start: number;
  readonly contents: readonly JsonObject[];
}

interface Theirs {
  readonly part: JsonObject;
  readonly path: JsonPath;
  /** Its place among the contents of the run. */
  readonly content: number;
}

/** The contents from there on that are of the model, or that are not. */
function sameSide(contents: readonly JsonObject[], start: number): readonly JsonObject[] {
  const isModel = contents[start]?.['role'] === 'model';
  const length = contents.slice(start).findIndex(({ role }) => (role === 'model') !== isModel);
  return length < 0 ? contents.slice(start) : contents.slice(start, start + length);
}

function partsOf({ at, start, contents }: Run): readonly Theirs[] {
  return contents.flatMap(({ parts }, content) =>
    itemsOf(parts, [...at, start + content, 'parts']).map(([part, path]) => ({ part: asObject(part), path, content })),
  );
}

const raw = (values: readonly JsonValue[]): string => values.map((value) => JSON.stringify(value)).join(',');

interface Whole {
  /** The contents of the hops before the last. */
  readonly earlier: readonly JsonObject[];
  readonly last: Hop;
}

/** The hops before the last, in place of what the client has of them. */
function putBefore(
  { at, start, contents }: Run,
  parts: readonly Theirs[],
  { places }: Fit,
  { earlier, last }: Whole,
): readonly JsonEdit[] | undefined {
  if (earlier.length === 0) return [];
  const kept = parts[places.findIndex(({ isEarlier }) => !isEarlier)];
  // The contents that go, all of them.
  const gone = kept ? kept.content : contents.length;
  if (contents.slice(0, gone).some((content) => Object.keys(content).some((key) => !/^(?:role|parts)$/.test(key))))
    return undefined;
  const cut = parts.filter(({ content }, index) => content === gone && places[index]!.isEarlier);
  if (cut.some(({ path }) => typeof path.at(-1) !== 'number')) return undefined;
  const edits = cut.map(({ path }): JsonEdit => ({ op: 'remove', path }));
  if (gone === 0) return [...edits, { op: 'before', path: [...at, start], text: `${raw(earlier)},` }];
  // Of a last hop of which the client has nothing, all is ours to say.
  const isLost = !kept && last.pieces.length > 0;
  const [first, ...others] = [...earlier, ...(isLost ? [modelContent(last.pieces)] : [])];
  edits.push({ op: 'replace', path: [...at, start], value: first! });
  if (others.length > 0) edits.push({ op: 'after', path: [...at, start], text: `,${raw(others)}` });
  for (let index = 1; index < gone; index++) edits.push({ op: 'remove', path: [...at, start + index] });
  return edits;
}

/** The hidden calls of the last hop, among what the client has of it. */
function putWithin(parts: readonly Theirs[], { places, after }: Fit): readonly JsonEdit[] | undefined {
  const edits: JsonEdit[] = [];
  for (const [index, { part, path }] of parts.entries()) edits.push(...changes(part, path, places[index]!));
  if (after.length > 0) {
    const last = parts.findLast(({ part }, index) => !isEmpty(part) && !places[index]!.isEarlier);
    if (!last) return undefined;
    edits.push({ op: 'after', path: last.path, text: `,${raw(after)}` });
  }
  // The API takes a lone part for a list of one, but nothing can stand beside it.
  const isOutOfList = ({ op, path }: JsonEdit): boolean =>
    /^(?:before|after)$/.test(op) && typeof path.at(-1) !== 'number';
  return edits.some(isOutOfList) ? undefined : edits;
}

function changes(part: JsonObject, path: JsonPath, { before, text, isLent }: Place): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  if (before.length > 0) edits.push({ op: 'before', path, text: `${raw(before)},` });
  if (text !== undefined) edits.push({ op: 'replace', path: [...path, 'text'], value: text });
  if (isLent) edits.push({ op: 'remove', path: [...path, keyIn(part, THOUGHT_SIGNATURE)] });
  return edits;
}

/**
 * Our results among those of the client, in the order of their calls: where calls have no ids, that order counts. Without
 * a turn of the client's own to stand in there is no way.
 */
function answer(parts: readonly Theirs[], hop: Hop): readonly JsonEdit[] | undefined {
  const theirs = parts.filter(({ part }) => isJsonObject(fieldOf(part, FUNCTION_RESPONSE)));
  const [first] = parts;
  const lastPath = (theirs.at(-1) ?? first)?.path;
  if (typeof lastPath?.at(-1) !== 'number') return undefined;
  return resultsOf(hop).map((result, index): JsonEdit => {
    const calls = hop.pieces.slice(0, hop.hidden[index]).filter((piece) => callIn(asObject(piece)));
    const next = theirs.length > 0 ? theirs[calls.length - index] : first;
    return next
      ? { op: 'before', path: next.path, text: `${raw([result])},` }
      : { op: 'after', path: lastPath, text: `,${raw([result])}` };
  });
}
