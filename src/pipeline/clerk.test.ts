import { afterEach, describe, expect, test } from 'vitest';
import type { AccountJob } from './account.ts';
import { type Clerk, openClerk } from './clerk.ts';

const opened: Clerk[] = [];
afterEach(async () => {
  for (const clerk of opened.splice(0)) await clerk.close();
});

const USAGE = { inputTokens: 10, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };

function job(over: Partial<AccountJob> = {}): AccountJob {
  const body = { model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'hello there, how are you today?' }] };
  return {
    at: Date.parse('2026-11-20T00:00:00Z'),
    tenant: 't',
    project: undefined,
    format: 'anthropic-messages',
    model: '',
    road: 'shortened',
    received: Buffer.from(JSON.stringify(body)),
    sent: undefined,
    complete: true,
    usages: [USAGE],
    notes: [],
    ...over,
  };
}

function rig(script?: string): { readonly clerk: Clerk; readonly warnings: string[] } {
  const warnings: string[] = [];
  const hooks = {
    warn: (message: string) => void warnings.push(message),
    ...(script !== undefined && { entry: new URL(`data:text/javascript,${encodeURIComponent(script)}`) }),
  };
  const clerk = openClerk({ storePath: undefined }, hooks);
  opened.push(clerk);
  return { clerk, warnings };
}

const PARENT = `const { parentPort } = process.getBuiltinModule('node:worker_threads');`;

describe('a clerk', () => {
  test('records one request after the other, and sums up all that it was given before', async () => {
    const { clerk } = rig();
    const unreadable = [{ received: Buffer.from('no json') }, { received: undefined }].map((over) => job(over));
    const receipts = [job(), job({ at: job().at + 1 }), ...unreadable].map((one) => clerk.record(one));
    const savings = await clerk.savings(0);
    expect(savings).toMatchObject({ requests: 4, conversations: 1, unpriced: 2, usage: { inputTokens: 40 } });
    const [first, second, ...unread] = await Promise.all(receipts);
    expect(first).toMatchObject({ tenant: 't', bust: undefined, froze: false });
    expect(second!.conversation).toBe(first!.conversation);
    expect(unread.map((receipt) => [receipt?.conversation, receipt?.bill])).toEqual([
      ['', undefined],
      ['', undefined],
    ]);
    expect((await clerk.savings(job().at + 1))!.requests).toBe(1);
    await clerk.record(job({ at: job().at + 2 }));
    expect((await clerk.savings(0))!.requests).toBe(5);
  });

  test('that was never asked has no thread to end', async () => {
    const { clerk, warnings } = rig(`throw new Error('never started')`);
    await clerk.close();
    expect(warnings).toEqual([]);
  });

  test('that dies costs its entries only, and is not started for ever', async () => {
    const { clerk, warnings } = rig(`${PARENT} parentPort.on('message', () => process.exit(3));`);
    for (let round = 0; round < 8; round++) expect(await clerk.record(job())).toBe(undefined);
    expect(warnings.length).toBe(5);
    expect(warnings[0]).toMatch(/accounts ended; some requests are missing/);
  });

  test('is not waited for when it is far behind', async () => {
    const { clerk } = rig(`${PARENT} parentPort.on('message', ({ kind }) => kind === 'close' && process.exit());`);
    const big = new Uint8Array(100 * 2 ** 20);
    void clerk.record(job({ received: big }));
    void clerk.record(job({ received: big }));
    expect(await clerk.record(job({ received: big }))).toBe(undefined);
  });

  test('has recorded everything once it is closed', async () => {
    const { clerk } = rig();
    const receipt = clerk.record(job());
    await clerk.close();
    expect(await receipt).toBeDefined();
    expect(await clerk.record(job())).toBe(undefined);
  });
});
