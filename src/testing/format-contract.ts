/**
 * What every wire format promises, as tests over its fixtures: unread things stay, edits touch only their place, and no
 * request or response makes it throw. The test runner and fast-check are handed in, so that nothing depends on them here.
 */
import type * as FastCheck from 'fast-check';
import type { Conversation } from '../core/conversation.ts';
import { ERRORS, type ErrorCode, HeadroomError } from '../core/errors.ts';
import { JsonDocument } from '../core/json/document.ts';
import { asArray, asObject, type JsonPath, type JsonValue } from '../core/json/value.ts';
import type { Alignment } from '../core/preamble.ts';
import type { ResponseSummary, WireFormat } from '../core/wire-format.ts';
import { segmentContract } from './segment-contract.ts';

/** A request body of the format. */
export interface RequestFixture {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** False where the API takes no tool in addition. */
  readonly takesTool?: boolean;
}

/** A response of the format, and what is to be read in it. */
export interface ResponseFixture {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly summary: ResponseSummary;
}

/** What the suite runs over. */
export interface FormatFixtures {
  readonly requests: readonly RequestFixture[];
  readonly responses: readonly ResponseFixture[];
  /** Where a body has its messages; `messages` when left out. */
  readonly messagesAt?: (body: JsonValue) => JsonPath;
}

interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
}

/** Your test runner, and fast-check. */
export interface TestTools {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => void) => void;
  readonly expect: (actual: unknown, message?: string) => Expectation;
  readonly fc: typeof FastCheck;
}

const REPLACEMENT = 'rewritten: "quotes" \\ 日本 \ud83d';
const TOOL = { name: 'headroom_test', description: 'a "tool"', parameters: { type: 'object', properties: {} } };

export function formatContract(format: WireFormat, fixtures: FormatFixtures, tools: TestTools): void {
  tools.describe(`${format.name} keeps the contract of a wire format`, () => {
    const { messagesAt = () => ['messages'] } = fixtures;
    for (const fixture of fixtures.requests) {
      requestContract(format, { ...fixture, messagesAt }, tools);
      const list = messagesAt(JsonDocument.parse(fixture.bytes).value);
      segmentContract(format, { ...fixture, list }, tools);
    }
    for (const fixture of fixtures.responses) responseContract(format, fixture, tools);
    hostileRequests(format, { ...fixtures, messagesAt }, tools);
    hostileResponses(format, fixtures.responses, tools);
    errorContract(format, tools);
  });
}

type MessagesAt = (body: JsonValue) => JsonPath;

function requestContract(
  format: WireFormat,
  { name, bytes, takesTool = true, messagesAt }: RequestFixture & { readonly messagesAt: MessagesAt },
  { test, expect }: TestTools,
): void {
  test(`${name}: leaves as the very same buffer when nothing is edited (R-2)`, () => {
    const document = JsonDocument.parse(bytes);
    format.read(document);
    expect(document.apply([])).toBe(bytes);
  });

  test(`${name}: every message is a turn, and every part is found where it says it is`, () => {
    const document = JsonDocument.parse(bytes);
    const conversation = format.read(document);
    expect(conversation.format).toBe(format.name);
    expect(faultsOf(conversation, document.value, messagesAt)).toEqual([]);
  });

  test(`${name}: a rewritten tool result changes the bytes of its own string and nothing else`, () => {
    const document = JsonDocument.parse(bytes);
    const { parts } = format.read(document);
    for (const part of parts.filter(({ kind }) => kind === 'tool-result')) {
      const after = document.apply(
        format.write({ kind: 'rewrite', part, text: REPLACEMENT, loss: 'none', by: 'test' }, document),
      );
      expect(replacedString(bytes, after)).toBe(part.source);
      const expected = parts.map((one) => (one === part ? { ...one, source: REPLACEMENT, text: REPLACEMENT } : one));
      expect(format.read(JsonDocument.parse(after)).parts).toEqual(expected);
    }
  });

  test(`${name}: an added tool is the last one, and nothing else changes`, () => {
    const document = JsonDocument.parse(bytes);
    const before = format.read(document);
    const edits = format.write({ kind: 'add-tool', tool: TOOL }, document);
    if (edits.length === 0) {
      expect(takesTool && Array.isArray(valueAt(document.value, messagesAt(document.value)))).toBe(false);
      return;
    }
    expect(takesTool).toBe(true);
    const after = format.read(JsonDocument.parse(document.apply(edits)));
    expect(after.toolNames).toEqual([...before.toolNames, TOOL.name]);
    expect(JSON.stringify(after.tools).includes(JSON.stringify(TOOL.description))).toBe(true);
    expect({ ...after, ...WITHOUT_FRONT }).toEqual({ ...before, ...WITHOUT_FRONT });
  });

  test(`${name}: an alignment changes the texts that it names, and adds its notes behind what people said`, () => {
    const document = JsonDocument.parse(bytes);
    const before = format.read(document);
    const edit = alignmentOf(before);
    if (!edit) return;
    const after = format.read(JsonDocument.parse(document.apply(format.write(edit, document))));
    expect(after.preamble?.texts.map(({ text }) => text)).toEqual(edit.texts.map(({ text }) => text));
    expect(after.preamble?.tools.map((tool) => tool.name)).toEqual(before.preamble?.tools.map((tool) => tool.name));
    expect(saidIn(after)).toEqual(saidIn(before));
    const firstNote = after.parts.findIndex(({ source }) => source.endsWith(FOOTNOTE));
    expect(after.parts[firstNote]?.role).toBe('user');
    const last = after.parts.findLast(({ role }) => role !== 'assistant');
    expect(last?.source).toBe(POSTSCRIPT);
  });
}

/** What there is in the messages beside the notes of an alignment. */
function saidIn({ parts }: Conversation): readonly string[] {
  return parts
    .filter(({ role, source }) => role !== 'system' && source !== FOOTNOTE && source !== POSTSCRIPT)
    .map(({ source }) => source.replace(`\n\n${FOOTNOTE}`, ''));
}

const WITHOUT_FRONT = { toolNames: [], tools: [], preamble: undefined };
const FOOTNOTE = 'values as they were';
const POSTSCRIPT = 'values as they are';

/** Every text rewritten, every place marked; undefined where nothing of a request may change. */
function alignmentOf({ preamble }: Conversation): Alignment | undefined {
  if (!preamble) return undefined;
  const texts = preamble.texts.map((text) => ({ ...text, text: REPLACEMENT }));
  const key = preamble.takesKey && !preamble.isManaged ? 'key' : undefined;
  return {
    kind: 'align',
    texts,
    tools: [],
    footnote: FOOTNOTE,
    postscript: POSTSCRIPT,
    marks: preamble.isManaged ? [] : preamble.places,
    opens: true,
    key,
  };
}

function responseContract(format: WireFormat, fixture: ResponseFixture, { test, expect }: TestTools): void {
  const { name, contentType, bytes, summary } = fixture;
  test(`${name}: gives its usage however it is cut into chunks`, () => {
    for (const size of [bytes.length, 1, 2, 3, 7]) {
      expect(summaryOf(format, contentType, bytes, size), `chunks of ${size}`).toEqual(summary);
    }
  });

  test(`${name}: cut short at any byte it says so, or has had all that matters (R-48)`, () => {
    let wasComplete = false;
    for (let end = 0; end <= bytes.length; end++) {
      const seen = summaryOf(format, contentType, bytes.subarray(0, end), end);
      if (seen.complete) expect(seen, `cut at ${end}`).toEqual(summary);
      else expect(wasComplete, `complete before ${end}, not there`).toBe(false);
      wasComplete = seen.complete;
    }
  });
}

function hostileRequests(
  format: WireFormat,
  { requests, messagesAt }: FormatFixtures & { readonly messagesAt: MessagesAt },
  tools: TestTools,
): void {
  const { test, expect, fc } = tools;
  const list = String(messagesAt({}).at(-1));
  const check = (value: JsonValue): void => {
    const document = JsonDocument.parse(Buffer.from(JSON.stringify(value)));
    const conversation = format.read(document);
    format.recognizes(document.value);
    format.segments(document);
    expect(faultsOf(conversation, document.value, messagesAt)).toEqual([]);
    const edits = conversation.parts
      .filter(({ kind }) => kind === 'tool-result')
      .flatMap((part) =>
        format.write({ kind: 'rewrite', part, text: REPLACEMENT, loss: 'none', by: 'test' }, document),
      );
    const alignment = alignmentOf(conversation);
    const front = alignment ? format.write(alignment, document) : [];
    JsonDocument.parse(
      document.apply([...edits, ...front, ...format.write({ kind: 'add-tool', tool: TOOL }, document)]),
    );
  };

  test('any JSON value can be read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => check(value as JsonValue)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (messages) => check({ [list]: messages as JsonValue[] })),
      { numRuns: 300 },
    );
  });

  test('a request with anything anywhere in it can be read (R-27)', () => {
    const values = requests.map(({ bytes }) => JsonDocument.parse(bytes).value);
    const known = [...new Set(values.flatMap(scalarsOf))];
    const intruder = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...known));
    const changes = fc.array(fc.tuple(fc.nat(), intruder), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...values), changes, (value, intruders) => {
        check(intruders.reduce((at, [place, other]) => withIntruder(at, place, other as JsonValue), value));
      }),
      { numRuns: 1500 },
    );
  });

  test('a request nested deeper than anybody nests can be read and edited', () => {
    for (const depth of [300, 100_000]) {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const pieces = `[{"type":"text","text":"x","y":${deep}},${deep}]`;
      const text = `{"deep":${deep},"${list}":[{"role":"user","content":${pieces},"parts":${pieces}}]}`;
      const document = JsonDocument.parse(Buffer.from(text));
      expect(faultsOf(format.read(document), document.value, messagesAt)).toEqual([]);
      const after = document.apply(format.write({ kind: 'add-tool', tool: TOOL }, document));
      expect(format.read(JsonDocument.parse(after)).toolNames).toEqual([TOOL.name]);
    }
  });
}

function hostileResponses(format: WireFormat, fixtures: readonly ResponseFixture[], tools: TestTools): void {
  const { test, expect, fc } = tools;
  const contentTypes = ['text/event-stream', 'Text/Event-Stream; charset=utf-8', 'application/json', 'text/html', ''];

  test('any bytes can be watched', () => {
    fc.assert(
      fc.property(fc.constantFrom(...contentTypes), fc.array(fc.uint8Array({ maxLength: 40 })), (type, chunks) => {
        const reader = format.readResponse(type);
        for (const chunk of chunks) reader.push(chunk);
        expect(typeof reader.end().complete).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  test('a response with any bytes anywhere in it can be watched', () => {
    const inserted = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.nat(),
        inserted,
        fc.nat(),
        ({ contentType, bytes }, at, extra, cut) => {
          const start = at % (bytes.length + 1);
          const rest = bytes.subarray(start + (cut % 8));
          const all = Buffer.concat([bytes.subarray(0, start), extra, rest]);
          expect(typeof summaryOf(format, contentType, all, 1 + (cut % 9)).complete).toBe('boolean');
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a response that is neither an event stream nor JSON has no usage and is complete when it ends', () => {
    const reader = format.readResponse('text/html');
    reader.push(Buffer.from('<html></html>'));
    expect(reader.end()).toEqual({ usage: undefined, stopReason: undefined, complete: true });
  });
}

function errorContract(format: WireFormat, { test, expect }: TestTools): void {
  test('an error of ours is JSON that says what happened, for every code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const message = `what happened: "${code}" \n 日本`;
      const { error } = asObject(JsonDocument.parse(format.errorBody(new HeadroomError(code, message))).value);
      const { message: said, type, status } = asObject(error);
      expect(said).toBe(message);
      expect(typeof (type ?? status)).toBe('string');
    }
  });
}

/** What is wrong with a conversation, given the body that it was read from. */
function faultsOf({ turns, parts }: Conversation, body: JsonValue, messagesAt: MessagesAt): string[] {
  const faults: string[] = [];
  const at = messagesAt(body);
  const held = valueAt(body, at);
  // Some APIs take a lone message as its text.
  const isText = typeof held === 'string' && turns.length > 0;
  const count = isText ? 1 : asArray(held).length;
  if (turns.length !== count) faults.push(`${turns.length} turns for ${count} messages`);
  parts.forEach((part, index) => {
    const { kind, turn, block, path, source, text, frozen } = part;
    const fail = (reason: string): number => faults.push(`part ${index} (${kind}): ${reason}`);
    if (part.index !== index) fail(`has index ${part.index}`);
    if (text !== source || frozen) fail('does not start as it came');
    const value = valueAt(body, path);
    const isReadable = kind === 'text' || kind === 'tool-result';
    if (isReadable ? value !== source : value === undefined || source !== '') fail(`not at ${JSON.stringify(path)}`);
    const isThere = (isText ? at : [...at, turn]).every((step, depth) => path[depth] === step);
    if (turn !== -1 && !isThere) fail(`stands in another turn than ${turn}`);
    const { blocks, head } = turns[turn] ?? { blocks: undefined, head: undefined };
    if (turn !== -1 && block === -1 && valueAt(head!, path.slice(at.length + 1)) === undefined)
      fail('not in the head of its turn');
    if (turn !== -1 && block !== -1 && blocks?.[block] === undefined) fail(`no block ${block} in turn ${turn}`);
  });
  return faults;
}

/** The string of the first text that the second has REPLACEMENT for; everything around it is the same bytes. */
function replacedString(before: Uint8Array, after: Uint8Array): JsonValue {
  const written = Buffer.from(JSON.stringify(REPLACEMENT));
  const start = Buffer.from(after).indexOf(written);
  const tailLength = after.length - start - written.length;
  const end = before.length - tailLength;
  if (start < 0 || Buffer.compare(before.subarray(0, start), after.subarray(0, start)) !== 0) return null;
  if (Buffer.compare(before.subarray(end), after.subarray(start + written.length)) !== 0) return null;
  return JsonDocument.parse(before.subarray(start, end)).value;
}

function summaryOf(format: WireFormat, contentType: string, bytes: Uint8Array, chunkSize: number): ResponseSummary {
  const reader = format.readResponse(contentType);
  for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize));
  return reader.end();
}

function valueAt(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of path) {
    const holder: JsonValue | undefined = at;
    at = typeof step === 'number' ? asArray(holder)[step] : asObject(holder)[step];
  }
  return at;
}

function pathsOf(value: JsonValue, path: JsonPath = []): JsonPath[] {
  const children: readonly (readonly [string | number, JsonValue | undefined])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(asObject(value));
  return [path, ...children.flatMap(([step, child]) => pathsOf(child ?? null, [...path, step]))];
}

function scalarsOf(value: JsonValue): JsonValue[] {
  return pathsOf(value)
    .map((path) => valueAt(value, path) ?? null)
    .filter((at) => typeof at !== 'object');
}

/** The value with another value in one of its places. */
function withIntruder(value: JsonValue, place: number, intruder: JsonValue): JsonValue {
  const paths = pathsOf(value);
  const path = paths[place % paths.length]!;
  const put = (at: JsonValue | undefined, depth: number): JsonValue => {
    if (depth === path.length) return intruder;
    const step = path[depth]!;
    if (Array.isArray(at)) return at.map((item, index) => (index === step ? put(item as JsonValue, depth + 1) : item));
    const members = Object.entries(asObject(at));
    return Object.fromEntries(members.map(([key, item]) => [key, key === step ? put(item, depth + 1) : item]));
  };
  return put(value, 0);
}
