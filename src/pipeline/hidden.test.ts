import { describe, expect, test } from 'vitest';
import { compressors } from '../compressors/index.ts';
import type { HopEnd } from '../core/continuation.ts';
import { hashOf } from '../core/hash.ts';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import type { Stores } from '../core/stores.ts';
import { formats } from '../formats/index.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import { openStores } from '../stores/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { contentRouter } from '../transforms/content-router.ts';
import { retrieveTool } from '../transforms/retrieve-tool.ts';
import { createEngine, type Engine, type EngineParts } from './engine.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- bodies of any shape are looked into

const TOOLS = [{ type: 'function', name: 'Grep', parameters: {} }];
const GO = { role: 'user', content: 'go' };
const NEXT = { role: 'user', content: 'next' };
const SEARCH = Array.from({ length: 400 }, (_, n) => `src/part${n % 30}/file.ts:${n}:  const v${n} = f(${n});`).join(
  '\n',
);
const say = (text: string): JsonObject => ({
  type: 'message',
  id: `msg_${text}`,
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const ours = { type: 'function_call', id: 'fc_a', call_id: 'a', name: 'headroom_retrieve', arguments: '{"hash":"x"}' };
const theirs = { type: 'function_call', id: 'fc_x', call_id: 'x', name: 'Grep', arguments: '{}' };
const result = { type: 'function_call_output', call_id: 'x', output: SEARCH };

function engineWith(stores: Stores = openStores({ path: undefined, warn: () => undefined })): Engine {
  const parts: EngineParts = {
    formats,
    transforms: [contentRouter(compressors), retrieveTool(RETRIEVAL_TOOL)],
    tokenizer: o200k,
    stores,
    level: 'balanced',
    tools: [],
    allowLoss: false,
    offersTool: true,
    deadlineMs: 10_000,
  };
  return createEngine(parts);
}

const bytes = (body: JsonValue): Buffer => Buffer.from(JSON.stringify(body));

const HERE = 'https://provider.example';

function sent(engine: Engine, body: JsonObject, tenant = 't', upstream = HERE): Json {
  const verdict = engine.run({ body: bytes(body), format: 'openai-responses', tenant, upstream, intent: 'send' });
  expect(verdict.problem).toBeUndefined();
  return JSON.parse(Buffer.from(verdict.body ?? bytes(body)).toString());
}

interface Said {
  readonly body: JsonObject;
  readonly pieces: readonly JsonObject[];
  readonly id?: string;
  readonly hops?: Json;
}

/** What becomes of an answer to a body. */
function said(engine: Engine, { body, pieces, id, hops = [] }: Said): Json {
  const hidden = [...pieces.keys()].filter((index) => pieces[index] === ours);
  const isMixed = pieces.includes(theirs);
  const calls = hidden.map(() => ({ id: 'a', input: { hash: 'x' } }));
  const end: HopEnd = { pieces, hidden, calls, isMixed, ...(id !== undefined && { id }) };
  const step = {
    tenant: 't',
    upstream: HERE,
    format: 'openai-responses',
    received: bytes(body),
    sent: bytes(body),
    hops,
    end,
  };
  const { problem, ...advance } = engine.advance(step);
  expect(problem).toBeUndefined();
  return advance;
}

const toolsOf = ({ tools }: Json): string[] => (tools ?? []).map(({ name }: Json) => name);
const hasTool = (body: Json): boolean => toolsOf(body).includes('headroom_retrieve');

describe('a request that goes on from an answer by its id', () => {
  const first = { tools: TOOLS, input: [GO] };
  const follow = { tools: TOOLS, input: [NEXT], previous_response_id: 'r1' };

  test('has the tool when that answer was given to a request with it, for this tenant alone', () => {
    const engine = engineWith();
    expect(hasTool(sent(engine, follow))).toBe(false);
    expect(hasTool(sent(engine, first))).toBe(true);
    said(engine, { body: first, pieces: [say('hi')], id: 'r1' });
    expect(hasTool(sent(engine, follow))).toBe(true);
    expect(sent(engine, follow).previous_response_id).toBe('r1');
    expect(hasTool(sent(engine, follow, 'another'))).toBe(false);
  });

  test('goes on from the last hop, in a new process too', () => {
    const stores = openStores({ path: undefined, warn: () => undefined });
    const { hops } = said(engineWith(stores), { body: first, pieces: [ours], id: 'r1' });
    said(engineWith(stores), { body: first, pieces: [say('hi')], id: 'r2', hops });
    expect(sent(engineWith(stores), follow).previous_response_id).toBe('r2');
    // Without tools the model can call nothing, but what it goes on from is the same.
    const plain = { input: [NEXT], previous_response_id: 'r1' };
    expect(sent(engineWith(stores), plain)).toEqual({ ...plain, previous_response_id: 'r2' });
  });

  test('brings the answers that a mixed turn still waits for', () => {
    const engine = engineWith();
    said(engine, { body: first, pieces: [ours, theirs], id: 'r1' });
    const { input } = sent(engine, { ...follow, input: [result] });
    expect(input.map(({ call_id: id }: Json) => id)).toEqual(['a', 'x']);
  });
});

describe('a hidden exchange comes back', () => {
  const first = { tools: TOOLS, input: [GO, theirs, result] };
  const exchange = (engine: Engine): void => {
    const { hops } = said(engine, { body: first, pieces: [ours] });
    said(engine, { body: first, pieces: [say('hi')], hops });
  };
  const typesOf = (body: Json): string[] => body.input.map(({ type, role }: Json) => type ?? role);

  test('in a request that has no tools, such as one that compacts', () => {
    const engine = engineWith();
    exchange(engine);
    expect(typesOf(sent(engine, { input: [...first.input, say('hi')] })).slice(3)).toEqual([
      'function_call',
      'function_call_output',
      'message',
    ]);
  });

  test('where the client only refers to what was said', () => {
    const engine = engineWith();
    exchange(engine);
    const reference = { type: 'item_reference', id: 'msg_hi' };
    expect(typesOf(sent(engine, { tools: TOOLS, input: [...first.input, reference, NEXT] }))).toContain(
      'function_call_output',
    );
    const stranger = { ...reference, id: 'msg_other' };
    expect(typesOf(sent(engine, { tools: TOOLS, input: [GO, stranger, NEXT] }))).toEqual([
      'user',
      'item_reference',
      'user',
    ]);
  });
});

test('what was decided while the provider held the history goes out the same when the history comes whole', () => {
  const engine = engineWith();
  sent(engine, { tools: TOOLS, input: [GO] });
  said(engine, { body: { tools: TOOLS, input: [GO] }, pieces: [theirs], id: 'r1' });
  const delta = sent(engine, { tools: TOOLS, input: [result], previous_response_id: 'r1' });
  expect(delta.input[0].output.length).toBeLessThan(SEARCH.length);
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' };
  const whole = sent(engine, { tools: TOOLS, input: [GO, theirs, result, reasoning, say('hi'), NEXT] });
  expect(whole.input[2]).toEqual(delta.input[0]);
  const other = sent(engine, { tools: TOOLS, input: [GO, theirs, { ...result, output: `${SEARCH}\n` }] });
  expect(other.input[2]).not.toEqual(delta.input[0]);
});

describe('R-20 after the client renewed its token', () => {
  const call = { ...theirs, call_id: 'call_0123456789abcdef' };
  const first = { tools: TOOLS, input: [GO, call, { ...result, call_id: call.call_id }] };
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' };
  const whole = { tools: TOOLS, input: [...first.input, reasoning, say('hi'), NEXT] };
  const isBack = (body: Json): boolean => JSON.stringify(body.input).includes('headroom_retrieve');
  const kept = (): Engine => {
    const engine = engineWith();
    sent(engine, first);
    const { hops } = said(engine, { body: first, pieces: [ours], id: 'resp_0123456789abcdef' });
    said(engine, { body: first, pieces: [reasoning, say('hi')], id: 'resp_fedcba9876543210', hops });
    return engine;
  };

  test('a hidden exchange is put back into the same conversation', () => {
    expect(isBack(sent(kept(), whole, 'renewed'))).toBe(true);
  });

  test.each([
    ['with another past', { ...whole, input: [{ ...GO, content: 'go!' }, ...whole.input.slice(1)] }, HERE],
    ['with the turn alone', { tools: TOOLS, input: [GO, reasoning, say('hi'), NEXT] }, HERE],
    ['at another provider', whole, 'https://another.example'],
    ['that shows nothing but words', { tools: TOOLS, input: [GO, say('hi'), NEXT] }, HERE],
  ])('but not into one %s', (_name, body, upstream) => {
    expect(isBack(sent(kept(), body, 'stranger', upstream))).toBe(false);
  });

  test('an answer is gone on from by its id, unless anybody could guess that', () => {
    const follow = { tools: TOOLS, input: [NEXT], previous_response_id: 'resp_0123456789abcdef' };
    expect(sent(kept(), follow, 'renewed').previous_response_id).toBe('resp_fedcba9876543210');
    expect(sent(kept(), follow, 'renewed', 'https://another.example').previous_response_id).toBe(
      follow.previous_response_id,
    );
  });

  test('the originals of what went out shorter are the new token’s own, and nobody else’s', () => {
    const stores = openStores({ path: undefined, warn: () => undefined });
    const engine = engineWith(stores);
    const signed = { tools: TOOLS, input: [GO, call, { ...result, call_id: call.call_id }] };
    sent(engine, signed);
    const later = { ...signed, input: [...signed.input, reasoning, say('hi'), NEXT] };
    // Signed by now, so that it is known without the tenant.
    sent(engine, later);
    sent(engine, later, 'renewed');
    const hash = hashOf(SEARCH);
    expect([stores.originals('renewed').get(hash), stores.originals('stranger').get(hash)]).toEqual([
      SEARCH,
      undefined,
    ]);
  });
});
