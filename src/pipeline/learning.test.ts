/** What is learned from requests and their hidden calls, and what it may change: nothing that was sent, nothing of anybody else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findMarkers } from '../core/marker.ts';
import type { Stores } from '../core/stores.ts';
import { writeExport } from '../importance/exported.ts';
import { takeSnapshot } from '../importance/snapshot.ts';
import { memoryStores } from '../stores/memory.ts';
import { compressors, formats, openEngine, type OpenEngine } from './defaults.ts';
import { Learning } from './learning.ts';

const FORMAT = 'anthropic-messages';

interface Running {
  readonly engine: OpenEngine;
  readonly learning: Learning;
}

/** As a process that starts now. */
function start(stores: Stores): Running {
  const rows = stores.learned().read();
  const learned = rows.length > 0 ? takeSnapshot({ salt: stores.learned().salt()!, rows }) : undefined;
  const options = { level: 'balanced', offersTool: true, storePath: undefined, learned } as const;
  const engine = openEngine({ ...options, deadlineMs: 60_000 }, () => undefined, { stores });
  return { engine, learning: new Learning({ formats, compressors, stores, learned, observations: undefined }) };
}

const word = (seed: number): string => `u${((seed * 48_271) % 2_147_483_647).toString(36)}`;

function listOf(seed: number, count = 120): string {
  const rows = Array.from({ length: count }, (_, index) => ({
    number: index * 2,
    user: { login: word(seed * 1_000 + index + 1) },
    link: `/${word(seed * 7_000 + index + 1)}/${word(seed * 9_000 + index + 1)}`,
  }));
  return JSON.stringify(rows);
}

interface Asked {
  readonly result: string;
  readonly number?: number;
  readonly tenant?: string;
  readonly tool?: string;
  /** What the model says to it. */
  readonly said?: string;
}

function bodyOf({ result, number = 0, tool = 'list', said }: Asked): Uint8Array {
  const messages: object[] = [
    { role: 'user', content: `Question ${number}` },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: tool, input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: result }] },
  ];
  if (said !== undefined) messages.push({ role: 'assistant', content: said }, { role: 'user', content: 'On.' });
  const tools = [{ name: tool, description: '', input_schema: { type: 'object' } }];
  return Buffer.from(JSON.stringify({ model: 'any', max_tokens: 9, tools, messages }));
}

/** Sends it, and counts it when it is over. @returns the bytes that the provider gets. */
function send(asked: Asked, { engine, learning }: Running): Uint8Array {
  const { tenant = 'a' } = asked;
  const received = bodyOf(asked);
  const verdict = engine.run({ body: received, format: FORMAT, tenant, intent: 'send' });
  expect(verdict.problem).toBe(undefined);
  learning.sent({
    at: 0,
    tenant,
    project: undefined,
    format: FORMAT,
    model: 'any',
    road: 'shortened',
    received,
    sent: verdict.body,
    complete: true,
    usages: [],
    notes: verdict.notes,
  });
  return verdict.body ?? received;
}

function fetch(asked: Asked, sent: Uint8Array, input: Readonly<Record<string, string>>, { learning }: Running): void {
  const [hash] = findMarkers(Buffer.from(sent).toString());
  const calls = [{ id: 'h', input: { hash: hash!, ...input } }];
  const end = { pieces: [], hidden: [], calls, isMixed: false };
  learning.fetched({ tenant: asked.tenant ?? 'a', format: FORMAT, received: bodyOf(asked), sent, hops: [], end });
}

/** Sessions in which the model asks for the same column each time. */
function teach(stores: Stores, tenant = 'a'): void {
  const running = start(stores);
  for (let number = 1; number <= 4; number++) {
    const asked = { result: listOf(number), number, tenant };
    fetch(asked, send(asked, running), { path: `$[${number}].user.login` }, running);
  }
}

function textIn(body: Uint8Array): string {
  const { messages } = JSON.parse(Buffer.from(body).toString()) as { messages: { content: { content: string }[] }[] };
  return messages[2]!.content[0]!.content;
}

const IN_FULL = 'user.login, in full';

describe('a process that starts knowing what was asked for', () => {
  test('says the column in full that the model asked for in each session before', () => {
    const stores = memoryStores();
    teach(stores);
    const asked = { result: listOf(50), number: 50 };
    expect(textIn(send(asked, start(memoryStores())))).not.toContain(IN_FULL);
    expect(textIn(send(asked, start(stores)))).toContain(IN_FULL);
  });

  test('sends what was sent before as it was sent, whatever was learned since (R-17)', () => {
    const stores = memoryStores();
    const early = { result: listOf(50), number: 50 };
    const first = send(early, start(stores));
    teach(stores);
    const knowing = start(stores);
    expect(Buffer.from(send(early, knowing)).equals(first)).toBe(true);
    expect(textIn(send({ ...early, said: 'It is so.' }, knowing))).toBe(textIn(first));
    const known = send({ result: listOf(51), number: 51 }, knowing);
    stores.learned().replace(undefined);
    expect(Buffer.from(send({ result: listOf(51), number: 51 }, start(stores))).equals(known)).toBe(true);
  });

  test('learns nothing new while it runs: the same request is said the same to its end', () => {
    const stores = memoryStores();
    const running = start(stores);
    const say = (number: number): string => textIn(send({ result: listOf(50), number }, running));
    const before = say(100);
    for (let number = 1; number <= 9; number++) {
      const asked = { result: listOf(number), number };
      fetch(asked, send(asked, running), { path: `$[${number}].user.login` }, running);
    }
    expect(say(101)).toBe(before);
  });

  test('says the same as every other process with the same snapshot', () => {
    const stores = memoryStores();
    teach(stores);
    const learned = { salt: stores.learned().salt()!, rows: stores.learned().read() };
    const texts = Array.from({ length: 2 }, () => {
      const own = memoryStores();
      own.learned().replace(learned);
      return textIn(send({ result: listOf(50), number: 50 }, start(own)));
    });
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain(IN_FULL);
  });

  test('knows nothing of what another tenant asked for (R-38)', () => {
    const stores = memoryStores();
    teach(stores);
    const text = textIn(send({ result: listOf(50), number: 50, tenant: 'b' }, start(stores)));
    expect(text).toBe(textIn(send({ result: listOf(50), number: 50, tenant: 'b' }, start(memoryStores()))));
  });

  test('makes no view of results whose views were nearly always fetched whole', () => {
    const stores = memoryStores();
    const running = start(stores);
    for (let number = 1; number <= 9; number++) {
      const asked = { result: listOf(number), number };
      fetch(asked, send(asked, running), {}, running);
    }
    const sent = send({ result: listOf(50), number: 50 }, start(stores));
    expect(findMarkers(textIn(sent))).toEqual([]);
    expect(findMarkers(textIn(send({ result: listOf(50), number: 51 }, running)))).toHaveLength(1);
  });

  test('says in full what the model used of view after view', () => {
    const stores = memoryStores();
    const running = start(stores);
    for (let number = 1; number <= 6; number++) {
      const result = listOf(number);
      const { user } = (JSON.parse(result) as { user: { login: string } }[])[60]!;
      send({ result, number }, running);
      send({ result, number, said: `I ask ${user.login}.` }, running);
    }
    expect(textIn(send({ result: listOf(50), number: 50 }, start(stores)))).toContain(IN_FULL);
  });
});

describe('what is counted', () => {
  test('one view counts once, however often it is sent on and fetched', () => {
    const stores = memoryStores();
    const running = start(stores);
    const asked = { result: listOf(1), number: 1 };
    const sent = send(asked, running);
    for (let round = 0; round < 5; round++) {
      fetch(asked, sent, { path: '$[3].user.login' }, running);
      send({ ...asked, said: `Round ${round}` }, running);
    }
    const counts = stores
      .learned()
      .read()
      .map((row) => row.counts);
    expect(counts.every(({ views, fetched }) => views <= 1 && fetched <= 1)).toBe(true);
    expect(counts.some(({ views }) => views === 1)).toBe(true);
  });

  test('holds nothing of any value, name or text (R-38)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zA-Z0-9_./@-]{8,16}$/), { minLength: 5, maxLength: 5 }),
        fc.constantFrom('path', 'query', 'lines', 'all'),
        (secrets, kind) => {
          const [key, value, tool, tenant, inLog] = secrets as [string, string, string, string, string];
          const rows = Array.from({ length: 120 }, (_, index) => ({
            [key]: `${value}${index % 50}`,
            id: index,
            at: word(index),
          }));
          const log = Array.from(
            { length: 300 },
            (_, index) => `2026-11-21T10:00:${10 + (index % 50)}Z INFO ${inLog} did ${word(index)} ${index}`,
          );
          const stores = memoryStores();
          const running = start(stores);
          for (const [number, result] of [JSON.stringify(rows), log.join('\n')].entries()) {
            const asked = { result, number, tenant, tool };
            const input = {
              path: { path: `$[3].${key}` },
              query: { query: `${value}7` },
              lines: { lines: '4-9' },
              all: {},
            }[kind];
            const sent = send(asked, running);
            fetch(asked, sent, input as Record<string, string>, running);
            send({ ...asked, said: `${value}7 ${inLog}` }, running);
          }
          const all = { salt: stores.learned().salt()!, rows: stores.learned().read() };
          expect(all.rows.length).toBeGreaterThan(0);
          const file = writeExport(all, true);
          for (const secret of secrets) expect(file).not.toContain(secret);
          expect(JSON.stringify(takeSnapshot(all))).not.toContain(value);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('a store that fails, and bodies that are none, cost nothing but the count', () => {
    const broken = new Proxy(memoryStores(), {
      get(stores, name, own): unknown {
        if (name === 'learned') throw new Error('broken');
        return Reflect.get(stores, name, own);
      },
    });
    const learning = new Learning({
      formats,
      compressors,
      stores: broken,
      learned: undefined,
      observations: undefined,
    });
    const bytes = Buffer.from('no JSON');
    const job = { at: 0, tenant: 'a', project: undefined, format: FORMAT, model: 'm', road: 'shortened' } as const;
    const rest = { received: bytes, sent: bytes, complete: true, usages: [], notes: [] };
    expect(() => learning.sent({ ...job, ...rest })).not.toThrow();
    const whole = new Learning({
      formats,
      compressors,
      stores: memoryStores(),
      learned: undefined,
      observations: undefined,
    });
    expect(() => whole.sent({ ...job, ...rest })).not.toThrow();
    const end = { pieces: [], hidden: [], calls: [{ id: 'h', input: { hash: '0'.repeat(24) } }], isMixed: false };
    expect(() =>
      whole.fetched({ tenant: 'a', format: FORMAT, received: bytes, sent: bytes, hops: [], end }),
    ).not.toThrow();
  });
});
