import { describe, expect, it } from 'vitest';
import { account } from './account.ts';
import { Conversation, FACTS, MINUTE, plainLedger, promptOf } from './account.fixture.ts';
import { costOf, NO_USAGE } from './bill.ts';
import { usualRules } from './cache.ts';
import { Sizer } from './sizes.ts';

describe('both bills', () => {
  it('are hand-computed right for a result that is halved: written once, read ever after', () => {
    const conversation = new Conversation();
    const first = conversation.ask({ minute: 0, client: 'tools:t1000 u1000 r2000*', out: 'tools:t1000 u1000 s1000*' });
    expect([first.with.cacheWriteTokens, first.without.cacheWriteTokens]).toEqual([3000, 4000]);
    expect([first.clientTokens, first.sentTokens]).toEqual([4000, 3000]);
    const second = conversation.ask({
      minute: 1,
      client: 'tools:t1000 u1000 r2000 a100 b400*',
      out: 'tools:t1000 u1000 s1000 a100 b400*',
    });
    expect(second.with).toMatchObject({ cacheReadTokens: 3000, cacheWriteTokens: 500, inputTokens: 0 });
    expect(second.without).toMatchObject({ cacheReadTokens: 4000, cacheWriteTokens: 500, inputTokens: 0 });
    const saved = [first, second].map(
      (entry) => costOf(entry.without, entry.rates!) - costOf(entry.with, entry.rates!),
    );
    expect(saved.map((one) => Math.round(one * 1e9))).toEqual([1_250_000, 100_000]);
  });

  it('are the same when nothing was changed', () => {
    const entry = new Conversation().ask({ minute: 0, client: 'u3000*', road: 'passed' });
    expect(entry.without).toEqual(entry.with);
    expect(entry.road).toBe('passed');
  });

  it('add up to what the provider counted, in its own tokens', () => {
    const entry = new Conversation().ask({
      minute: 0,
      client: 'u1000 r1000*',
      out: 'u1000 s500*',
      said: { inputTokens: 3, cacheWriteTokens: 1947, outputTokens: 40 },
    });
    expect(entry.with).toEqual({ ...NO_USAGE, cacheWriteTokens: 1950, outputTokens: 40 });
    expect(entry.without.cacheWriteTokens).toBe(2600);
    expect(entry.usage).toMatchObject({ inputTokens: 3, cacheWriteTokens: 1947 });
  });

  it('hold what further hops cost on the side of Headroom only', () => {
    const hop = { ...NO_USAGE, cacheWriteTokens: 1500, outputTokens: 30 };
    const further = { ...NO_USAGE, cacheReadTokens: 1500, inputTokens: 700, outputTokens: 50 };
    const entry = new Conversation().ask({
      minute: 0,
      client: 'u1000 r1000*',
      out: 'u1000 s500*',
      usages: [hop, further],
    });
    expect(entry.hops).toBe(2);
    expect(entry.usage).toMatchObject({
      cacheWriteTokens: 1500,
      cacheReadTokens: 1500,
      inputTokens: 700,
      outputTokens: 80,
    });
    expect(entry.with).toMatchObject({
      cacheWriteTokens: 1500,
      cacheReadTokens: 1500,
      inputTokens: 700,
      outputTokens: 80,
    });
    expect(entry.without).toMatchObject({
      cacheWriteTokens: 2000,
      cacheReadTokens: 0,
      inputTokens: 0,
      outputTokens: 50,
    });
  });

  it('price nothing by a model that is not known', () => {
    const entry = new Conversation().ask({ minute: 0, client: 'u3000*', isUnknown: true });
    expect(entry.rates).toBe(undefined);
    expect(entry.with.cacheWriteTokens).toBe(3000);
  });

  it('differ only by what was changed where the provider holds what came before', () => {
    const [received, sent] = [promptOf('r1000'), promptOf('s400')].map((prompt) => ({ ...prompt, isWhole: false }));
    const { entry, prompt } = account(
      {
        at: 0,
        tenant: 't',
        project: undefined,
        format: 'f',
        model: 'm',
        conversation: 'c',
        road: 'shortened',
        complete: true,
        saved: [],
        received: received!,
        sent: sent!,
        usages: [{ ...NO_USAGE, cacheReadTokens: 90_000, inputTokens: 420 }],
      },
      {
        memory: plainLedger(),
        facts: FACTS,
        cacheKind: 'automatic',
        sizer: new Sizer({ count: (text) => text.split(' ').length }),
      },
    );
    expect(entry.with).toEqual(entry.usage);
    expect(entry.without).toMatchObject({ cacheReadTokens: 90_000, inputTokens: 1020 });
    expect(prompt).toBe(undefined);
  });

  it('R-48: are kept, and marked, where the answer was cut short before it said what it cost', () => {
    const entry = new Conversation().ask({ minute: 0, client: 'u3000*', usages: [undefined], complete: false });
    expect([entry.usage, entry.complete, entry.with.cacheWriteTokens]).toEqual([undefined, false, 3000]);
  });

  it('use the rates for long contexts on the side that is long', () => {
    const prices = { ...FACTS.prices!, longContext: [{ aboveTokens: 1500, input: 2, output: 10 }] };
    const entry = new Conversation().ask({
      minute: 0,
      client: 'u1000 r1000*',
      out: 'u1000 s100*',
      facts: { ...FACTS, prices },
    });
    expect([entry.rates!.input, entry.ratesWithout!.input]).toEqual([1, 2]);
  });

  it('count what was paid to keep a prefix under a name: what was read for it, and its hours, on the side of Headroom', () => {
    const facts = { ...FACTS, prices: { ...FACTS.prices!, keptHour: 4.5 } };
    const asked = { minute: 0, client: 'u1000', said: { inputTokens: 1000, outputTokens: 7 }, facts };
    const plain = new Conversation().ask(asked);
    const entry = new Conversation().ask({ ...asked, storing: { writtenTokens: 5000, tokenHours: 20_000 } });
    expect(entry.storage).toEqual({ tokenHours: 20_000, dollars: 0.09 });
    expect(entry.usage).toEqual({ ...plain.usage, cacheWriteTokens: plain.usage!.cacheWriteTokens + 5000 });
    expect(entry.with.cacheWriteTokens).toBe(plain.with.cacheWriteTokens + 5000);
    expect(entry.without).toEqual(plain.without);
    const unpriced = new Conversation().ask({ ...asked, facts: FACTS, storing: { writtenTokens: 1, tokenHours: 2 } });
    expect([unpriced.storage, plain.storage]).toEqual([{ tokenHours: 2, dollars: undefined }, undefined]);
  });

  it('see the cache that another conversation of the same tenant has warmed', () => {
    const conversation = new Conversation();
    conversation.ask({ minute: 0, client: 'tools:t3000* u100', conversation: 'one' });
    const entry = conversation.ask({ minute: 1, client: 'tools:t3000* v100', conversation: 'two' });
    expect([entry.with.cacheReadTokens, entry.bust]).toEqual([3000, undefined]);
    const other = conversation.ask({ minute: 1, client: 'tools:t3000* v100', conversation: 'two', tenant: 'other' });
    expect(other.with.cacheReadTokens).toBe(0);
  });
});

describe('R-6: a bust', () => {
  const first = { minute: 0, client: 'tools:t2000 system:s2000 u1000 a1000 b1000*' };
  const after = (next: Partial<Parameters<Conversation['ask']>[0]>): ReturnType<Conversation['ask']>['bust'] => {
    const conversation = new Conversation();
    conversation.ask(first);
    return conversation.ask({ minute: 1, client: `${first.client.slice(0, -1)} c1000*`, ...next }).bust;
  };

  it('is none while the conversation only grows', () => {
    expect(after({})).toBe(undefined);
  });

  it.each([
    ['tools', 'tools:x2000 system:s2000 u1000 a1000 b1000 c1000*', 7000],
    ['system', 'tools:t2000 system:x2000 u1000 a1000 b1000 c1000*', 7000],
    ['message 1', 'tools:t2000 system:s2000 u1000 x1000 b1000 c1000*', 7000],
  ])('is laid to %s that the client changed', (cause, client, tokens) => {
    expect(after({ client })).toEqual({ cause, by: 'client', tokens });
  });

  it('is laid to Headroom where the client only appended', () => {
    const out = 'tools:t2000 system:s2000 u1000 x1000 b1000 c1000*';
    expect(after({ out })).toEqual({ cause: 'message 1', by: 'headroom', tokens: 7000 });
  });

  it('is laid to Headroom where it changed something before what the client changed', () => {
    const client = 'tools:t2000 system:s2000 u1000 a1000 x1000 c1000*';
    expect(after({ client, out: 'tools:y2000 system:s2000 u1000 a1000 x1000 c1000*' })?.by).toBe('headroom');
  });

  it('is laid to the time where the cache has expired', () => {
    expect(after({ minute: 6 })).toEqual({ cause: 'expiry', by: 'client', tokens: 7000 });
  });

  it('is laid to the model where that has changed', () => {
    expect(after({ facts: { ...FACTS, name: 'model-b' } })).toEqual({ cause: 'model', by: 'client', tokens: 7000 });
  });

  it('is laid to the lookback where too many blocks came at once', () => {
    const many = Array.from({ length: 21 }, () => 'z10').join(' ');
    expect(after({ client: `tools:t2000 system:s2000 u1000 a1000 b1000 ${many} c1000*` })).toMatchObject({
      cause: 'lookback',
      tokens: 7000,
    });
  });

  it('has no cause that we know where only the provider did not read', () => {
    expect(after({ said: { cacheWriteTokens: 8000 } })).toEqual({ cause: 'unexplained', by: 'provider', tokens: 7000 });
  });

  it('has none where nobody knows the model, and so not whether it is cached at all', () => {
    const conversation = new Conversation();
    for (const minute of [0, 1]) {
      const { bust } = conversation.ask({ minute, client: 'u3000*', isUnknown: true, said: { inputTokens: 3000 } });
      expect(bust).toBe(undefined);
    }
  });

  it('is none where another kind of request begins with the same words', () => {
    expect(after({ client: 'system:x500 u1000 q3000*' })).toBe(undefined);
  });

  it('names the segment also where the provider caches of its own accord', () => {
    const facts = { ...FACTS, cache: usualRules('automatic') };
    const conversation = new Conversation();
    conversation.ask({ minute: 0, client: 'system:s2000 u1000 a1000', facts });
    const { bust } = conversation.ask({ minute: 1, client: 'system:s2000 x1000 a1000 b1000', facts });
    expect(bust).toEqual({ cause: 'message 0', by: 'client', tokens: 4000 - 1920 });
  });
});

describe('R-7: the closed loop', () => {
  /** Each request is dearer by a tenth than its client's. */
  const lose = (conversation: Conversation, turns: number, out: number): boolean[] =>
    Array.from({ length: turns }, (_, at) => {
      const client = `u${5000 + at}*`;
      return conversation.ask({ minute: at, client, out: `u${out + at}*` }).froze;
    });

  it('R-7: freezes no conversation for what its provider keeps', () => {
    const conversation = new Conversation();
    const storing = { writtenTokens: 9_000, tokenHours: 9_000_000 };
    const asked = { client: 'u5000*', out: 'u4900*', facts: { ...FACTS, prices: { ...FACTS.prices!, keptHour: 1 } } };
    for (let minute = 0; minute < 6; minute++)
      expect(conversation.ask({ minute, ...asked, storing }).froze).toBe(false);
  });

  it('freezes a conversation that was dearer over five requests', () => {
    expect(lose(new Conversation(), 6, 5500)).toEqual([false, false, false, false, true, true]);
  });

  it('leaves one alone that is within one percent', () => {
    expect(lose(new Conversation(), 6, 5040)).toEqual([false, false, false, false, false, false]);
  });

  it('does not hold the tool that it added against it', () => {
    const conversation = new Conversation();
    const froze = Array.from({ length: 6 }, (_, at) => {
      const rest = `u${1000 + at}*`;
      return conversation.ask({ minute: at, client: `tools:t100 ${rest}`, out: `tools:t100 tools:own80 ${rest}` })
        .froze;
    });
    expect(froze).not.toContain(true);
  });
});

it('remembers a conversation that only grows as one prompt, and a few of one that does not', () => {
  const [growing, forking] = [new Conversation(), new Conversation()];
  let client = 'u1000*';
  for (let minute = 0; minute < 20; minute++) {
    growing.ask({ minute, client });
    client = client.replace('*', ` a${100 + minute}*`);
    forking.ask({ minute, client: `u1000 f${100 + minute}*` });
  }
  expect(growing.ledger.prompts()).toBe(1);
  expect(forking.ledger.prompts()).toBeLessThanOrEqual(9);
});

it('takes the time of the request, and reads no clock', () => {
  const conversation = new Conversation();
  expect(conversation.ask({ minute: 0.001, client: 'u3000*' }).at).toBe(0.001 * MINUTE);
  expect(conversation.ask({ minute: 1e7, client: 'u3000*' }).with.cacheReadTokens).toBe(0);
  expect(conversation.ask({ minute: 1e7 + 1, client: 'u3000*' }).with.cacheReadTokens).toBe(3000);
});
