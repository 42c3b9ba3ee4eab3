import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Limits } from '../core/limits.ts';
import { type Asked, type Limiter, openLimiter } from './limiter.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-limiter-'));
afterAll(() => rmSync(folder, { recursive: true }));
const opened: Limiter[] = [];
afterEach(async () => {
  for (const limiter of opened.splice(0)) await limiter.close();
});

const NOON = Date.parse('2026-11-21T12:00:00Z');
const NO_USAGE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };
const LIMITS: Limits = {
  budgets: [{ holder: 'credential', dollars: 1, period: 'month' }],
  requestsAMinute: 2,
  tokensAMinute: undefined,
};
let count = 0;
const asked = (): Asked => ({
  id: `${count++}`,
  tenant: 't',
  project: undefined,
  isCount: false,
  model: 'claude-opus-4-1',
  tokens: 10,
  mostOutput: 10,
});

interface Setting {
  readonly path?: string;
  readonly script?: string;
  readonly now?: () => number;
}

function rig({ path, script, now = () => NOON }: Setting = {}): { limiter: Limiter; warnings: string[] } {
  const warnings: string[] = [];
  const entry = script === undefined ? {} : { entry: new URL(`data:text/javascript,${encodeURIComponent(script)}`) };
  const hooks = { warn: (message: string) => void warnings.push(message), now, ...entry };
  const limiter = openLimiter({ storePath: path, limits: LIMITS }, hooks);
  opened.push(limiter);
  return { limiter, warnings };
}

const PARENT = `const { parentPort } = process.getBuiltinModule('node:worker_threads');`;

describe('a limiter', () => {
  test('says who may go on, by the time it is told', async () => {
    let now = NOON;
    const { limiter } = rig({ now: () => now });
    expect([await limiter.admit(asked()), await limiter.admit(asked())]).toEqual([{ at: NOON }, { at: NOON }]);
    expect((await limiter.admit(asked())).refusal).toMatchObject({ code: 'RATE_LIMITED', retryAt: NOON + 61_000 });
    now += 61_000;
    expect((await limiter.admit(asked())).refusal).toBeUndefined();
  });

  test('R-60: remembers what was spent when it is started again', async () => {
    const path = join(folder, 'headroom.db');
    const { limiter } = rig({ path });
    const { at, ...one } = { ...asked(), at: NOON };
    await limiter.admit(one);
    const usage = { ...NO_USAGE, inputTokens: 10_000_000 };
    limiter.settle({ ...one, admittedAt: at, isAnswered: true, usages: [usage], bill: undefined });
    await limiter.close();
    const again = rig({ path, now: () => NOON + 86_400_000 });
    expect((await again.limiter.admit(asked())).refusal).toMatchObject({
      code: 'OVER_BUDGET',
      retryAt: Date.parse('2026-12-01T00:00:00Z'),
    });
    expect([(await again.limiter.admit({ ...asked(), tenant: 'other' })).refusal, again.warnings]).toEqual([
      undefined,
      [],
    ]);
  });

  test('that dies refuses nobody, says so, and is not started for ever', async () => {
    const { limiter, warnings } = rig({ script: `${PARENT} parentPort.on('message', () => process.exit(3));` });
    for (let round = 0; round < 8; round++) expect(await limiter.admit(asked())).toEqual({ at: NOON });
    expect(warnings.length).toBe(5);
    expect(warnings[0]).toMatch(/budgets and limits ended; some requests went on without/);
  });

  test('that does not answer in time refuses nobody, and says so once', async () => {
    const answersFirst = `${PARENT} let count = 0;
      parentPort.on('message', ({ ask }) => count++ || parentPort.postMessage({ kind: 'admission', id: ask.id, admission: {} }));`;
    const { limiter, warnings } = rig({ script: answersFirst });
    await limiter.admit(asked());
    expect(await Promise.all([limiter.admit(asked()), limiter.admit(asked())])).toEqual([{ at: NOON }, { at: NOON }]);
    expect(warnings).toEqual(['budgets and limits could not be looked up in time; some requests went on without']);
  });

  test('without a store that works counts in memory, and says so once', async () => {
    const { limiter, warnings } = rig({ path: '/dev/null/headroom.db' });
    const refusals = [];
    for (let round = 0; round < 4; round++) refusals.push((await limiter.admit(asked())).refusal?.code);
    expect(refusals).toEqual([undefined, undefined, 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(warnings.length).toBe(1);
  });
});
