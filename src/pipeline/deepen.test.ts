import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entriesIn } from '../core/ledger.ts';
import { findMarkers } from '../core/marker.ts';
import { openAccounts } from './account.ts';
import { formats, type OpenEngine, openEngine, tokenizer } from './defaults.ts';
import { openModels } from './models.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-20T09:00:00Z');
const MODEL = 'claude-sonnet-4-5';

type Block = Record<string, unknown>;
interface Message {
  readonly role: string;
  readonly content: readonly Block[];
}

let folder: string;
let opened: OpenEngine[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-deepen-'));
  opened = [];
});
afterEach(() => {
  for (const engine of opened) engine.close();
  rmSync(folder, { recursive: true });
});

function engine(over: Partial<Parameters<typeof openEngine>[0]> = {}): OpenEngine {
  const storePath = join(folder, 'headroom.db');
  const options = { level: 'balanced', offersTool: true, deepens: true, storePath, deadlineMs: 60_000 } as const;
  const made = openEngine({ ...options, ...over }, () => undefined);
  opened.push(made);
  return made;
}

/** Stays whole in `balanced`, and is a view in `aggressive`. */
function paths(from: number): string {
  const folders = ['parser', 'cache', 'worker', 'index'];
  const rows = Array.from({ length: 120 }, (_, index) => {
    const name = `${folders[(index * 7) % 4]!}-${from + index * 37}`;
    return `/home/me/project-${from}/src/${folders[index % 4]!}/part-${index % 9}/${name}.ts`;
  });
  return rows.toSorted().join('\n');
}

/** A form that loses nothing in `balanced`, a view in `aggressive`. */
function log(from: number): string {
  const words = ['parser', 'cache', 'worker', 'index', 'queue'];
  const lines = Array.from({ length: 100 }, (_, index) => {
    const [one, other] = [words[index % 5]!, words[(index * 3 + 1) % 5]!];
    const said = ['opened', 'closed', `took ${index * 37} ms for`, `lost ${from + index} of`][index % 4]!;
    return `2026-11-20T09:${10 + (index % 50)}:07.${100 + index}Z INFO [${one}] ${said} ${other}-${(from * index) % 97}`;
  });
  return lines.join('\n');
}

const FILE = Array.from({ length: 90 }, (_, line) => `${line + 1}\texport const value${line} = ${line * 3};`).join(
  '\n',
);

/** The request that is sent when so many calls were answered; each is a turn of the model and one of results. */
function messages(calls: number): Message[] {
  const said: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Find out what is wrong.' }] }];
  for (let call = 0; call < calls; call++) {
    const isRead = call === 1;
    const id = `toolu_${call}`;
    const input = isRead ? { file_path: '/src/values.ts' } : { pattern: `/home/me/project-${call * 1000}/**` };
    const content = isRead ? FILE : paths(call * 1000);
    said.push({ role: 'assistant', content: [{ type: 'tool_use', id, name: isRead ? 'Read' : 'Glob', input }] });
    said.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] });
  }
  return said;
}

const TOOLS = ['Read', 'Edit', 'Glob'].map((name) => ({
  name,
  description: name,
  input_schema: { type: 'object' },
}));

function request(said: readonly Message[], cache: Block = { type: 'ephemeral' }): Buffer {
  const marked = said.map((message, index) => {
    if (index < said.length - 1) return message;
    const content = message.content.map((block) => ({ ...block, cache_control: cache }));
    return { ...message, content };
  });
  return Buffer.from(JSON.stringify({ model: MODEL, max_tokens: 9, tools: TOOLS, messages: marked }));
}

interface Sending {
  readonly at: number;
  readonly endedAt?: number;
  /** False: nobody keeps accounts. */
  readonly isRecorded?: boolean;
}

function send(by: OpenEngine, body: Buffer, { at, endedAt = at, isRecorded = true }: Sending): Message[] {
  const verdict = by.run({ body, format: 'anthropic-messages', tenant: 't', intent: 'send', at });
  expect([verdict.problem, verdict.notes.filter(({ outcome }) => outcome === 'failed')]).toEqual([undefined, []]);
  if (isRecorded) {
    const { stores } = by;
    const record = openAccounts({ formats, stores, models: openModels(), tokenizer, holdout: 0 });
    const { newestAt, body: sent, notes } = verdict;
    const road = 'shortened' as const;
    const known = { at, endedAt, newestAt, tenant: 't', project: undefined, format: 'anthropic-messages', model: '' };
    record({ ...known, road, received: body, sent, complete: true, usages: [], notes });
  }
  const { messages: out } = JSON.parse(Buffer.from(verdict.body ?? body).toString()) as { messages: Message[] };
  return unmarked(out);
}

/** Where the caches end moves from request to request. */
function unmarked(said: readonly Message[]): Message[] {
  return said.map(({ role, content }) => ({
    role,
    content: content.map((block) => ({ ...block, cache_control: undefined })),
  }));
}

const CALLS = 14;
/** So that results are older than what is young. */
const WARM = Array.from({ length: CALLS }, (_, call) => call);

/** All requests up to one with so many calls, a minute apart; what the last one said. */
function began(by: OpenEngine, calls: number, cache?: Block): { readonly sent: Message[]; readonly at: number } {
  let sent: Message[] = [];
  for (let call = 0; call <= calls; call++) {
    sent = send(by, request(messages(call), cache), { at: START + call * MINUTE });
  }
  return { sent, at: START + calls * MINUTE };
}

function size(said: unknown): number {
  return tokenizer.count(JSON.stringify(said));
}

describe('the history of a conversation whose cache has gone', () => {
  test('is said shorter once, and goes out the same from then on: after a restart, by another process, without the option', () => {
    const first = engine();
    const { sent, at } = began(first, CALLS);
    const later = at + 7 * MINUTE;
    const cold = send(first, request(messages(CALLS + 1)), { at: later });
    const history = cold.slice(0, sent.length);
    expect(size(history)).toBeLessThan(size(sent) * 0.97);
    first.close();
    const beside = engine({ deepens: false });
    const next = send(engine(), request(messages(CALLS + 2)), { at: later + MINUTE });
    expect(next.slice(0, cold.length)).toEqual(cold);
    expect(send(beside, request(messages(CALLS + 2)), { at: later + MINUTE })).toEqual(next);
    // The same request once more, as after a failure.
    expect(send(beside, request(messages(CALLS + 1)), { at: later + MINUTE })).toEqual(cold);
    for (const text of JSON.stringify(cold).matchAll(/hash=(\w+)/g))
      expect(beside.stores.originals('t').get(text[1]!)).toBeDefined();
    expect(findMarkers(JSON.stringify(history)).length).toBeGreaterThan(0);
  });

  test('keeps what shows a file, and what is young, as it was', () => {
    const by = engine();
    const { sent, at } = began(by, CALLS);
    const cold = send(by, request(messages(CALLS + 1)), { at: at + 7 * MINUTE });
    const changed = sent.flatMap((message, index) =>
      JSON.stringify(message) === JSON.stringify(cold[index]) ? [] : [index],
    );
    expect(changed.length).toBeGreaterThan(0);
    // The first results; the file is the second of them.
    expect(Math.max(...changed)).toBeLessThanOrEqual(cold.length - 20);
    expect(changed).not.toContain(4);
    expect(JSON.stringify(cold[4])).toContain('value89 = 267');
  });

  test('may be said shorter again after a further pause, and the young ones of before with it', () => {
    const by = engine();
    const { at } = began(by, CALLS);
    const cold = send(by, request(messages(CALLS + 1)), { at: at + 7 * MINUTE });
    const again = send(by, request(messages(CALLS + 2)), { at: at + 15 * MINUTE });
    expect(size(again.slice(0, cold.length))).toBeLessThan(size(cold));
    const next = send(engine(), request(messages(CALLS + 3)), { at: at + 16 * MINUTE });
    expect(next.slice(0, again.length)).toEqual(again);
  });

  test('costs nobody a cached prefix: the ledger says that it had expired', () => {
    const by = engine();
    const { at } = began(by, CALLS);
    send(by, request(messages(CALLS + 1)), { at: at + 7 * MINUTE });
    const entries = [...entriesIn(by.stores.ledger())].map(({ entry }) => entry);
    expect(entries.filter(({ bust }) => bust?.by === 'headroom')).toEqual([]);
    expect(entries.at(-1)!.bust?.cause).toBe('expiry');
  });

  test('changes at no other time, whatever the pauses, in whichever process', () => {
    const pauses = fc.array(fc.constantFrom(1, 4, 7, 90), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(pauses, fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), (minutes, isOther) => {
        const storePath = join(mkdtempSync(join(folder, 'run-')), 'headroom.db');
        const both = [engine({ storePath }), engine({ storePath })];
        let at = START;
        let before: Message[] = [];
        for (const [calls, pause] of minutes.entries()) {
          at += pause * MINUTE;
          const sent = send(both[isOther[calls] ? 1 : 0]!, request(messages(calls)), { at });
          const isSame = JSON.stringify(sent.slice(0, before.length)) === JSON.stringify(before);
          expect(isSame || pause > 6).toBe(true);
          expect(size(sent.slice(0, before.length))).toBeLessThanOrEqual(size(before));
          before = sent;
        }
        expect(send(both[0]!, request(messages(minutes.length - 1)), { at: at + 200 * MINUTE })).toEqual(before);
      }),
      { numRuns: 3 },
    );
  });

  test('is left alone by a fork from before', () => {
    const by = engine();
    const { sent, at } = began(by, CALLS);
    send(by, request(messages(CALLS + 1)), { at: at + 7 * MINUTE });
    const fork = [...messages(CALLS - 1), { role: 'assistant', content: [{ type: 'text', text: 'Well.' }] }];
    const asked = [...fork, { role: 'user', content: [{ type: 'text', text: 'Otherwise?' }] }];
    const out = send(by, request(asked), { at: at + 8 * MINUTE });
    expect(out.slice(0, 2 * CALLS - 1)).toEqual(sent.slice(0, 2 * CALLS - 1));
  });
});

describe('the history of a conversation stays as it was sent', () => {
  const later = (by: OpenEngine, at: number, body = request(messages(CALLS + 1))): Message[] =>
    send(by, body, { at, isRecorded: false });

  function expectAsSent(out: readonly Message[], sent: readonly Message[]): void {
    expect(out.slice(0, sent.length)).toEqual(sent);
  }

  test('while its cache may be warm, whatever the client asked for', () => {
    const by = engine();
    const { sent, at } = began(by, CALLS);
    expectAsSent(later(by, at + 5.5 * MINUTE), sent);
    const long = engine({ storePath: join(folder, 'long.db') });
    const hour = began(long, CALLS, { type: 'ephemeral', ttl: '1h' });
    expectAsSent(later(long, hour.at + 55 * MINUTE), hour.sent);
    const cold = engine({ storePath: join(folder, 'cold.db') });
    began(cold, CALLS, { type: 'ephemeral', ttl: '1h' });
    expect(size(later(cold, hour.at + 70 * MINUTE).slice(0, sent.length))).toBeLessThan(size(sent) * 0.97);
  });

  test('while the last answer was still under way a short time ago', () => {
    const by = engine();
    const { at } = began(by, CALLS - 1);
    const sent = send(by, request(messages(CALLS)), { at: at + MINUTE, endedAt: at + 5 * MINUTE });
    expectAsSent(later(by, at + 9 * MINUTE), sent);
  });

  test('where its last request was not recorded, or went past us', () => {
    const by = engine();
    began(by, CALLS - 1);
    const sent = send(by, request(messages(CALLS)), { at: START + CALLS * MINUTE, isRecorded: false });
    expectAsSent(later(by, START + 60 * MINUTE), sent);
    const other = engine({ storePath: join(folder, 'other.db') });
    const { sent: before, at } = began(other, CALLS);
    expectAsSent(later(other, at + 60 * MINUTE, request(messages(CALLS + 2))), before);
  });

  test('for a request that was sent before, and whose newest results may speak of it', () => {
    const by = engine();
    began(by, CALLS - 1);
    const at = START + CALLS * MINUTE;
    const sent = later(by, at, request(messages(CALLS)));
    expect(later(by, at + 60 * MINUTE, request(messages(CALLS)))).toEqual(sent);
  });

  test('where it shows a file, of whatever kind', () => {
    const logs = (name: string, calls: number): Message[] =>
      messages(calls).map(({ role, content }) => ({
        role,
        content: content.map((block) => {
          const id = String(block['id'] ?? block['tool_use_id']);
          const input = name === 'Read' ? { file_path: `/out/${id}.log` } : { command: `journalctl -u ${id}` };
          if (block['type'] === 'tool_use') return { ...block, name, input };
          return block['type'] === 'tool_result' ? { ...block, content: log(1000 + 7 * Number(id.slice(6))) } : block;
        }),
      }));
    const outcome = (name: string): readonly [before: number, after: number] => {
      const by = engine({ storePath: join(folder, `${name}.db`) });
      let sent: Message[] = [];
      for (const call of [...WARM, CALLS]) sent = send(by, request(logs(name, call)), { at: START + call * MINUTE });
      const cold = later(by, START + 60 * MINUTE, request(logs(name, CALLS + 1)));
      return [size(sent), size(cold.slice(0, sent.length))];
    };
    const [before, after] = outcome('Read');
    expect(after).toBe(before);
    const [others, shorter] = outcome('Bash');
    expect(shorter).toBeLessThan(others * 0.97);
  });

  test('where nobody says when it came', () => {
    const by = engine();
    const { sent } = began(by, CALLS);
    const body = request(messages(CALLS + 1));
    const verdict = by.run({ body, format: 'anthropic-messages', tenant: 't', intent: 'send' });
    const out = JSON.parse(Buffer.from(verdict.body!).toString()) as { messages: Message[] };
    expectAsSent(unmarked(out.messages), sent);
  });

  test('with signed reasoning anywhere in it', () => {
    const by = engine();
    const signed = (calls: number): Message[] =>
      messages(calls).map((message, index) =>
        index === 1
          ? { ...message, content: [{ type: 'thinking', thinking: '', signature: 'c2ln' }, ...message.content] }
          : message,
      );
    let sent: Message[] = [];
    for (const call of [...WARM, CALLS]) sent = send(by, request(signed(call)), { at: START + call * MINUTE });
    expectAsSent(later(by, START + 60 * MINUTE, request(signed(CALLS + 1))), sent);
  });

  test.each([
    ['lossless', { level: 'lossless', offersTool: false }],
    ['aggressive', { level: 'aggressive' }],
    ['without the option', { deepens: false }],
    ['held out', { holdout: 100 }],
  ] as const)('%s', (_, over) => {
    const by = engine(over);
    const { sent, at } = began(by, CALLS);
    expectAsSent(later(by, at + 60 * MINUTE), sent);
  });

  test('when it is only asked about, and nothing is kept of it', () => {
    const by = engine();
    const { sent, at } = began(by, CALLS);
    const body = request(messages(CALLS + 1));
    by.run({ body, format: 'anthropic-messages', tenant: 't', intent: 'ask', at: at + 60 * MINUTE });
    expectAsSent(later(by, at + MINUTE), sent);
  });
});
