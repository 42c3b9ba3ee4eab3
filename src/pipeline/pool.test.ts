import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formats } from '../formats/index.ts';
import type { Job } from './engine.ts';
import { openOptimizer, type Optimizer, type PoolOptions } from './pool.ts';

const ROWS = JSON.stringify(
  Array.from({ length: 80 }, (_, id) => ({
    id,
    name: `item ${id}`,
    state: 'open',
    url: `https://example.org/items/${id}`,
  })),
);

function job(text = ROWS, over: Partial<Job> = {}): Job {
  const messages = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'list', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: text }] },
  ];
  const body = Buffer.from(JSON.stringify({ model: 'm', messages }));
  return { body, format: 'anthropic-messages', tenant: 't', intent: 'send', ...over };
}

describe('the pool', () => {
  let home: string;
  let warnings: string[];
  let open: Optimizer[];
  const start = (over: Partial<PoolOptions> = {}): Optimizer => {
    const optimizer = openOptimizer({
      level: 'balanced',
      storePath: join(home, 'headroom.db'),
      deadlineMs: 2_000,
      workers: 2,
      warn: (message) => warnings.push(message),
      ...over,
    });
    open.push(optimizer);
    return optimizer;
  };
  const bareScript = (text: string): URL => {
    const path = join(home, 'worker.mjs');
    writeFileSync(path, `import { parentPort } from 'node:worker_threads';\n${text}`);
    return pathToFileURL(path);
  };
  const script = (text: string): URL => bareScript(`parentPort.postMessage({ kind: 'ready' });\n${text}`);

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'headroom-pool-'));
    warnings = [];
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((optimizer) => optimizer.close()));
    rmSync(home, { recursive: true, force: true });
  });

  test('answers many jobs at once, each with its own body', async () => {
    const pool = start();
    await pool.ready;
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => pool.run(job(ROWS.replaceAll('item', `item${n}`)))),
    );
    for (const [n, { body, problem }] of verdicts.entries()) {
      expect(problem).toBeUndefined();
      expect(body!.length).toBeLessThan(ROWS.length / 2);
      expect(Buffer.from(body!).toString()).toContain(`item${n} `);
    }
  });

  test('originals are found whichever thread keeps them', async () => {
    for (const storePath of [undefined, join(home, 'other.db')]) {
      const pool = start({ storePath });
      const { totals } = await pool.run(job(ROWS, { isCounted: true }));
      expect(totals!.tokensAfter).toBeLessThan(totals!.tokensBefore);
      expect(await pool.original('t', totals!.originals[0]!)).toBe(ROWS);
      expect(await pool.original('somebody else', totals!.originals[0]!)).toBeUndefined();
    }
  });

  test('a body without a tool result is answered at once, one with a result is not', async () => {
    const pool = start({ formats, entry: script(`parentPort.on('message', () => process.exit(3));`) });
    const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] }));
    expect(await pool.run({ ...job(), body })).toMatchObject({ body: undefined, model: 'm', problem: undefined });
    expect(warnings).toEqual([]);
    await pool.run(job());
    expect(warnings.join()).toMatch(/worker/);
  });

  test('a batch without a tool result is answered at once, whatever might be added to its requests', async () => {
    const entry = script(`parentPort.on('message', () => process.exit(3));`);
    const pool = start({ formats, aligns: true, offersTool: true, entry });
    const params = { model: 'm', tools: [{}], system: 'Be brief. '.repeat(200), messages: [] };
    const body = Buffer.from(JSON.stringify({ requests: [{ custom_id: 'a', params }] }));
    expect(await pool.run({ ...job(), body, isBatch: true })).toMatchObject({ body: undefined, model: 'm' });
    expect(warnings).toEqual([]);
    await pool.run({ ...job(), isBatch: true });
    expect(warnings.join()).toMatch(/worker/);
  });

  test('what is too short for any cache is not looked at for one, unless a value in it changes', async () => {
    const pool = start({ formats, aligns: true, entry: script(`parentPort.on('message', () => process.exit(3));`) });
    const ask = (system: string): Job => {
      const body = { model: 'm', system, messages: [{ role: 'user', content: 'hello' }] };
      return { ...job(), body: Buffer.from(JSON.stringify(body)) };
    };
    await pool.run(ask('Be brief.'));
    expect(warnings).toEqual([]);
    await pool.run(ask('Be brief.\nCurrent time: 2026-11-21 10:00'));
    expect(warnings.splice(0).join()).toMatch(/worker/);
    await pool.run(ask('Be brief. '.repeat(200)));
    expect(warnings.join()).toMatch(/worker/);
  });

  test('what cannot be read goes out as it came', async () => {
    const verdict = await start().run({ ...job(), body: Buffer.from('{"messages": [') });
    expect(verdict.body).toBeUndefined();
    expect(verdict.problem).toMatch(/JSON/);
  });

  test('R-33 a worker that hangs costs its request the saving and nothing else', async () => {
    const sent = await start().run(job());
    const real = new URL('./worker.ts', import.meta.url).href;
    const hangs = `parentPort.on('message', ({ kind, isReplay }) => { if (kind === 'job' && !isReplay) for (;;); });`;
    const hung = start({ deadlineMs: 50, entry: bareScript(`${hangs}\nawait import('${real}');`) });
    const replayed = await hung.run(job());
    expect(Buffer.from(replayed.body!)).toEqual(Buffer.from(sent.body!));
    const unseen = await hung.run(job(`${ROWS} `));
    expect(unseen.body).toBeUndefined();
    expect(warnings.join()).toMatch(/overran its deadline/);
    // Left alone was pinned: later it stays so.
    expect((await start().run(job(`${ROWS} `))).body).toBeUndefined();
  });

  test('R-33 what a lost worker leaves is replayed by another one, off the main thread', async () => {
    const report = `parentPort.postMessage({ kind: 'verdict', verdict: { problem: 'by another' } });`;
    const entry = script(`parentPort.on('message', ({ isReplay }) => { if (!isReplay) process.exit(3); ${report} });`);
    const verdicts = await Promise.all([start({ entry, workers: 1 }), start({ entry })].map((pool) => pool.run(job())));
    expect(verdicts.map(({ problem }) => problem)).toEqual(['by another', 'by another']);
  });

  test('a worker that dies is replaced', async () => {
    const pool = start({ entry: script(`parentPort.on('message', () => process.exit(3));`) });
    const given = [await pool.run(job()), await pool.run(job())];
    expect(given.map(({ body }) => body)).toEqual([undefined, undefined]);
    expect(given[1]!.problem).toMatch(/no worker/);
    expect(await start().original('t', '0'.repeat(24))).toBeUndefined();
  });
});
