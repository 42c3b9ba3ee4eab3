import { afterEach, describe, expect, test } from 'vitest';
import { conversationKeyOf, isHeldOut } from '../core/conversation-key.ts';
import { JsonDocument } from '../core/json/document.ts';
import { formats, type OpenEngine, openEngine } from './defaults.ts';
import { freeze } from './restraint.ts';

const format = formats.find(({ name }) => name === 'anthropic-messages')!;
const LOG = Array.from(
  { length: 200 },
  (_, at) => `2026-11-21T10:00:00Z INFO worker-${at % 7} job ${at} status=ok`,
).join('\n');

const opened: OpenEngine[] = [];
afterEach(() => {
  for (const engine of opened.splice(0)) engine.close();
});

function open(holdout = 0): OpenEngine {
  const engine = openEngine(
    { level: 'balanced', offersTool: true, holdout, storePath: undefined, deadlineMs: 20_000 },
    () => undefined,
  );
  opened.push(engine);
  return engine;
}

function bodyOf(name: string, turns: number): Buffer {
  const messages: object[] = [{ role: 'user', content: `Look at ${name}` }];
  for (let at = 0; at < turns; at++) {
    messages.push(
      { role: 'assistant', content: [{ type: 'tool_use', id: `t${at}`, name: 'Bash', input: { command: 'cat log' } }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: `t${at}`, content: LOG.replaceAll('worker', `w${at}`) }],
      },
    );
  }
  return Buffer.from(JSON.stringify({ model: 'm', tools: [{ name: 'Bash', input_schema: {} }], messages }));
}

const keyOf = (name: string): string =>
  conversationKeyOf(format.read(JsonDocument.parse(bodyOf(name, 0))), format.volatileKeys);

function send(engine: OpenEngine, body: Uint8Array) {
  const verdict = engine.run({ body, format: format.name, tenant: 't', intent: 'send' });
  expect(verdict.problem).toBe(undefined);
  const sent = JSON.parse(Buffer.from(verdict.body ?? body).toString()) as { tools: object[]; messages: object[] };
  return { verdict, sent };
}

describe('R-7: a frozen conversation', () => {
  test('sends what was sent as it was sent, its tool too, and shortens nothing more', () => {
    const engine = open();
    const before = send(engine, bodyOf('one', 2));
    freeze(keyOf('one'), { tenant: 't', sentLog: engine.stores.sentLog('t') });
    const after = send(engine, bodyOf('one', 3));
    expect(before.verdict.restraint).toBe(undefined);
    expect(after.verdict.restraint).toBe('frozen');
    expect(after.sent.tools).toEqual(before.sent.tools);
    expect(after.sent.messages.slice(0, 5)).toEqual(before.sent.messages);
    const client = JSON.parse(bodyOf('one', 3).toString()) as { messages: object[] };
    expect(after.sent.messages.slice(5)).toEqual(client.messages.slice(5));
    expect(before.sent.messages[2]).not.toEqual(client.messages[2]);
  });

  test('is one conversation of one tenant', () => {
    const engine = open();
    freeze(keyOf('one'), { tenant: 'another', sentLog: engine.stores.sentLog('another') });
    freeze(keyOf('two'), { tenant: 't', sentLog: engine.stores.sentLog('t') });
    expect(send(engine, bodyOf('one', 1)).verdict.restraint).toBe(undefined);
  });
});

describe('a holdout', () => {
  const names = Array.from({ length: 400 }, (_, at) => `conversation ${at}`);
  const held = names.find((name) => isHeldOut(5, 't', keyOf(name)))!;

  test('is the share that was asked for, whatever the order', () => {
    const share = names.filter((name) => isHeldOut(25, 't', keyOf(name))).length / names.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
    expect(names.filter((name) => isHeldOut(0, 't', keyOf(name)))).toEqual([]);
    for (const name of names) if (isHeldOut(5, 't', keyOf(name))) expect(isHeldOut(25, 't', keyOf(name))).toBe(true);
  });

  test('goes out byte for byte as it came, and gets no tool', () => {
    const engine = open(5);
    for (const turns of [1, 2, 3]) {
      const { verdict } = send(engine, bodyOf(held, turns));
      expect([verdict.body, verdict.isOffered, verdict.restraint]).toEqual([undefined, false, 'held out']);
    }
  });

  test('gets no cache marks either, however long its prompt is', () => {
    const engine = openEngine(
      { level: 'balanced', offersTool: true, aligns: true, holdout: 5, storePath: undefined, deadlineMs: 20_000 },
      () => undefined,
    );
    opened.push(engine);
    const long = (name: string): Buffer => {
      const body = JSON.parse(bodyOf(name, 2).toString()) as object;
      return Buffer.from(JSON.stringify({ ...body, system: 'Be careful with the workers. '.repeat(1_000) }));
    };
    expect(send(engine, long(held)).verdict.body).toBe(undefined);
    expect(JSON.stringify(send(engine, long('one')).sent)).toContain('cache_control');
  });

  test('does not take from a running conversation what it has', () => {
    const engine = open();
    const before = send(engine, bodyOf(held, 1));
    const { stores } = engine;
    const later = openEngine(
      { level: 'balanced', offersTool: true, holdout: 5, storePath: undefined, deadlineMs: 20_000 },
      () => undefined,
    );
    opened.push(later);
    // What one store has pinned, the other one knows.
    Object.assign(later.stores, {
      sentLog: (tenant: string) => stores.sentLog(tenant),
      originals: (tenant: string) => stores.originals(tenant),
    });
    const after = send(later, bodyOf(held, 2));
    expect(after.sent.tools).toEqual(before.sent.tools);
    expect(after.sent.messages.slice(0, 3)).toEqual(before.sent.messages);
  });

  test('the same conversation is known by its first turn, however its caches are marked', () => {
    const marked = {
      role: 'user',
      content: [{ type: 'text', text: 'Look at one', cache_control: { type: 'ephemeral' } }],
    };
    const body = Buffer.from(JSON.stringify({ model: 'm', messages: [marked, { role: 'assistant', content: 'x' }] }));
    expect(conversationKeyOf(format.read(JsonDocument.parse(body)), format.volatileKeys)).toBe(keyOf('one'));
  });
});
