import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { DeadlineExceeded } from '../core/deadline.ts';
import { JsonDocument } from '../core/json/document.ts';
import { openStores } from '../stores/index.ts';
import { contentRouter } from '../transforms/content-router.ts';
import { shortenBatch } from './batch.ts';
import { formats, compressors, type EngineOptions, type OpenEngine, openEngine, tokenizer } from './defaults.ts';
import type { Job, Verdict } from './engine.ts';
import { expandBody } from './expand.ts';

const anthropic = formats.find(({ name }) => name === 'anthropic-messages')!;
const gemini = formats.find(({ name }) => name === 'gemini')!;
const ROWS = JSON.stringify(Array.from({ length: 400 }, (_, id) => ({ id, name: `item ${id} é`, state: 'open' })));
/** Of these the profiles leave something out, where they may. */
const LOG = Array.from({ length: 600 }, (_, at) => `2026-11-21T10:00:${at % 60}Z INFO job ${at * 7919} took ${at}ms`);
const LOG_TEXT = [...LOG, 'ERROR disk full', ...LOG].join('\n');

const opened: OpenEngine[] = [];
afterEach(() => {
  for (const engine of opened.splice(0)) engine.close();
});

/** With everything on that batches must not have. */
function open(over: Partial<EngineOptions> = {}): OpenEngine {
  const usual = { level: 'balanced', offersTool: true, aligns: true, fits: true, deepens: true } as const;
  const engine = openEngine({ ...usual, storePath: undefined, deadlineMs: 20_000, ...over }, () => undefined);
  opened.push(engine);
  return engine;
}

const call = (id: string): object => ({ type: 'tool_use', id, name: 'Bash', input: { command: 'x' } });
const result = (id: string, content: string): object => ({ type: 'tool_result', tool_use_id: id, content });
const thinking = { type: 'thinking', thinking: 'hm', signature: 'c2ln' };

function params(text: string, name = 'go', ...before: object[]): object {
  const messages = [
    { role: 'user', content: name },
    { role: 'assistant', content: [...before, call('a')] },
    { role: 'user', content: [result('a', text)] },
  ];
  return { model: 'm', max_tokens: 8, tools: [{ name: 'Bash', input_schema: { type: 'object' } }], messages };
}

/** Each of these JSON texts as a request of its own. */
const batchOf = (...texts: readonly string[]): Buffer =>
  Buffer.from(
    `{"requests" : [\n${texts.map((text, at) => `{"custom_id":"r\\u002d${at}", "params":${text}, "n":1.0 }`).join(' ,')}]  }\n`,
  );

function send(engine: Pick<OpenEngine, 'run'>, body: Uint8Array, over: Partial<Job> = {}): Verdict {
  return engine.run({ body, format: anthropic.name, tenant: 't', intent: 'send', at: 1, isBatch: true, ...over });
}

const sentBy = (engine: OpenEngine, body: Uint8Array, over?: Partial<Job>): string =>
  Buffer.from(send(engine, body, over).body ?? body).toString();

interface AnyBatch {
  readonly requests: readonly { readonly params: { readonly messages: readonly { readonly content: unknown }[] } }[];
}
const paramsIn = (batch: string): readonly object[] =>
  (JSON.parse(batch) as AnyBatch).requests.map((one) => one.params);
const textIn = (body: object): string =>
  anthropic
    .read(JsonDocument.parse(Buffer.from(JSON.stringify(body))))
    .parts.find((part) => part.kind === 'tool-result')!.source;
const expanded = (body: object): unknown =>
  JSON.parse(Buffer.from(expandBody(Buffer.from(JSON.stringify(body)), anthropic, compressors).body).toString());

describe.each(['lossless', 'balanced', 'aggressive'] as const)('a batch, %s', (level) => {
  test('goes out in lossless forms alone: each decodes, and nothing is offered, marked, aligned or left out', () => {
    const bodies = [params(ROWS), params(LOG_TEXT, 'Time: 2026-11-21 10:00:00'), params(ROWS, 'other')];
    const sent = paramsIn(sentBy(open({ level }), batchOf(...bodies.map((body) => JSON.stringify(body)))));
    for (const [at, body] of sent.entries()) {
      expect(textIn(body).length).toBeLessThan(textIn(bodies[at]!).length);
      expect(expanded(body)).toEqual(bodies[at]);
    }
    const aloneSent = open({ level }).run({
      body: Buffer.from(JSON.stringify(bodies[1])),
      format: anthropic.name,
      tenant: 't',
      intent: 'send',
    });
    // The same request by itself is given what batches are not.
    const aloneText = textIn(JSON.parse(Buffer.from(aloneSent.body!).toString()) as object);
    expect(aloneText.includes('hash=')).toBe(level !== 'lossless');
  });
});

describe('a batch', () => {
  test('keeps every byte that is no result, whatever its spelling', () => {
    const engine = open();
    const odd = fc.constantFrom('1.0', '"\\u00e9 é \\/"', '[ 1 ,2 ]', '{"a":1,"a":2,"\\u0061":[]}', '1E400', '"😀"');
    const property = fc.property(fc.array(fc.tuple(odd, odd, fc.boolean()), { maxLength: 5 }), odd, (given, last) => {
      const write = (text: string): Buffer => {
        const requests = given.map(
          ([before, after, hasResult]) =>
            ` {"x":${before},"params" :{"y":${before}, "messages":[{"role":"user","content":[{"tool_use_id":"a","content": ${hasResult ? text : '"é"'} ,"type":"tool_result","z":${after}}]}],"w":${after}}\n,"custom_id":"\\u0061"}`,
        );
        return Buffer.from(`\n{"before":${last},"requests":[${requests.join(',\t')}],"after":${last}}`);
      };
      const came = write(JSON.stringify(ROWS));
      const { body, problem } = send(engine, came);
      expect(problem).toBeUndefined();
      const hasResult = given.some(([, , has]) => has);
      expect(body !== undefined).toBe(hasResult);
      if (!hasResult) return;
      const sent = Buffer.from(body!).toString();
      const form = /"content": ("\[400 rows(?:[^"\\]|\\.)*")/.exec(sent)![1]!;
      expect(sent).toBe(write(form).toString());
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('of Gemini, in either spelling, is read alike', () => {
    const request = {
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'list', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'list', response: { output: ROWS } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'list' }] }],
    };
    const item = { request, metadata: { key: 'é' } };
    for (const key of ['inputConfig', 'input_config']) {
      const batch = { batch: { displayName: 'x', [key]: { requests: { requests: [item, item] } } } };
      const verdict = send(open(), Buffer.from(JSON.stringify(batch)), { format: gemini.name, model: 'g' });
      const sent = Buffer.from(verdict.body!).toString();
      expect(sent.replaceAll(/"\[400 rows(?:[^"\\]|\\.)*"/g, () => JSON.stringify(ROWS))).toBe(JSON.stringify(batch));
      expect(sent.length).toBeLessThan(ROWS.length / 2);
    }
  });

  test('is told of in one note for each kind, with all that was saved', () => {
    const text = JSON.stringify(params(ROWS));
    const [one, three] = [batchOf(text), batchOf(text, text, text)].map((body) => send(open(), body));
    expect([one!.notes.length, three!.notes.length, three!.model]).toEqual([1, 1, 'm']);
    expect(three!.notes[0]!.tokensBefore).toBe(3 * one!.notes[0]!.tokensBefore);
    expect(three!.notes[0]!.tokensAfter).toBe(3 * one!.notes[0]!.tokensAfter);
  });

  test('goes out as it came where nothing can be shortened, or it cannot be read', () => {
    const engine = open();
    expect(send(engine, batchOf('{}', '{"messages":7}'))).toMatchObject({ body: undefined, problem: undefined });
    expect(send(engine, Buffer.from('{"requests":[')).problem).toMatch(/JSON/);
    expect(send(engine, Buffer.from('7'))).toMatchObject({ body: undefined, problem: undefined });
    expect(send(engine, batchOf('{}'), { format: 'openai-chat' })).toMatchObject({ problem: /no batches/ });
  });

  test('has one request that cannot be read: it stays as it came, and the others do not', () => {
    const good = JSON.stringify(params(ROWS));
    const deep = `{"messages":[{"role":"user","content":[{"type":"tool_result","content":${'['.repeat(6_000)}${']'.repeat(6_000)}}]}]}`;
    for (const bad of ['{"messages":{"0":1}}', '{"model":7,"messages":[3,null,[]],"tools":"x"}', deep, '[]', 'null']) {
      const sent = sentBy(open(), batchOf(good, bad, good));
      const form = sentBy(open(), batchOf(good)).split('"params":')[1]!.split(', "n":1.0')[0]!;
      expect(sent).toBe(batchOf(form, bad, form).toString());
    }
    expect(send(open(), batchOf(good, deep)).notes.map(({ outcome }) => outcome)).toEqual(['rewritten', 'failed']);
  });

  test('leaves nothing behind and finds nothing: the same goes out whenever and wherever it is sent', () => {
    const engine = open();
    const alone = params(LOG_TEXT);
    const batch = batchOf(JSON.stringify(alone), JSON.stringify(params(ROWS)));
    const first = sentBy(engine, batch);
    expect(engine.stores.countOriginals()).toBe(0);
    // In the conversation by itself it is decided afresh, with a view, and that is not for batches.
    const view = engine.run({
      body: Buffer.from(JSON.stringify(alone)),
      format: anthropic.name,
      tenant: 't',
      intent: 'send',
    });
    expect(Buffer.from(view.body!).toString()).toContain('hash=');
    expect(sentBy(engine, batch)).toBe(first);
    expect(sentBy(open(), batch, { tenant: 'other', at: 2 })).toBe(first);
  });

  test('leaves a request with signed reasoning alone, and shortens the others', () => {
    const signed = JSON.stringify(params(ROWS, 'go', thinking));
    const [kept, shorter] = paramsIn(sentBy(open(), batchOf(signed, JSON.stringify(params(ROWS)))));
    expect(JSON.stringify(kept)).toBe(signed);
    expect(textIn(shorter!).length).toBeLessThan(ROWS.length / 2);
  });

  test('holds to what the operator says of tools and holdout', () => {
    const body = batchOf(JSON.stringify(params(ROWS)));
    const off = open({ tools: [{ glob: 'Ba*', level: 'off' }] });
    const all = open({ tools: [{ glob: 'Ba*', level: 'aggressive' }] });
    expect(send(off, body).body).toBeUndefined();
    expect(sentBy(all, body)).toBe(sentBy(open(), body));
    expect(send(open({ holdout: 100 }), body).body).toBeUndefined();
  });

  test('passes when it is replayed, or is to go out as it is', () => {
    const body = batchOf(JSON.stringify(params(ROWS)));
    const engine = open();
    const job = { body, format: anthropic.name, tenant: 't', intent: 'send', isBatch: true } as const;
    expect(engine.replay(job).body).toBeUndefined();
    expect(engine.run({ ...job, intent: 'as-is' }).body).toBeUndefined();
  });

  test('R-33 there is no time for stays as it came from some request on: each is shortened whole or not at all', () => {
    const two = (at: number): string => {
      const body = params(ROWS.replaceAll('item', `i${at}`)) as { messages: object[] };
      const more = [
        { role: 'assistant', content: [call('b')] },
        { role: 'user', content: [result('b', LOG_TEXT)] },
      ];
      return JSON.stringify({ ...body, messages: [...body.messages, ...more] });
    };
    const texts = [0, 1, 2].map(two);
    const kept = openStores({ path: undefined, warn: () => undefined });
    /** Time is up after so many looks at the clock. */
    const sentAfter = (looks: number): readonly string[] => {
      let left = looks;
      const deadline = {
        check(): void {
          if (left-- <= 0) throw new DeadlineExceeded('now');
        },
      };
      const { body, notes } = shortenBatch(batchOf(...texts), anthropic, [contentRouter(compressors)], {
        tenant: 't',
        tokenizer,
        deadline,
        originals: kept.originals('t'),
        sentLog: kept.sentLog('t'),
        isSent: true,
        policy: { level: 'balanced', tools: [], allowLoss: true, allowTools: true },
      });
      expect(notes.some(({ outcome }) => outcome === 'failed')).toBe(left < 0);
      const sent = body ? Buffer.from(body).toString() : batchOf(...texts).toString();
      return paramsIn(sent).map((one) => JSON.stringify(one));
    };
    const shorter = sentAfter(Number.POSITIVE_INFINITY);
    const ends = new Set<number>();
    for (let looks = 0; !ends.has(3); looks += 1 + Math.floor(looks / 8)) {
      const sent = sentAfter(looks);
      const found = sent.findIndex((body, at) => body === texts[at]);
      const end = found < 0 ? 3 : found;
      expect(sent).toEqual([...shorter.slice(0, end), ...texts.slice(end)]);
      ends.add(end);
    }
    expect([...ends]).toEqual([0, 1, 2, 3]);
  });
});
