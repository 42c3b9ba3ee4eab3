/** Real system logs, where they are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { logCompressor } from './log.ts';

interface Log {
  readonly id: string;
  readonly content: string;
  readonly probes: readonly string[];
}

const path = join(process.env['HEADROOM_DATA'] ?? '', 'to_loghub_logs.jsonl');
const logs: readonly Log[] = existsSync(path)
  ? readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Log)
  : [];

describe.skipIf(logs.length === 0)('system logs of HEADROOM_DATA (skipped where it is not set)', () => {
  const of = (log: Log, level: 'lossless' | 'balanced'): ReturnType<typeof logCompressor.compress> =>
    logCompressor.compress(log.content, { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE });

  test('each is claimed, reads back, and saves a quarter at least', () => {
    for (const log of logs) {
      expect(logCompressor.claim(new Sample(log.content)), log.id).toBeGreaterThan(0.5);
      const form = of(log, 'lossless')!;
      expect(logCompressor.expand(form.text) === log.content, log.id).toBe(true);
      expect(o200k.count(form.text), log.id).toBeLessThan(o200k.count(log.content) * 0.75);
    }
  });

  test('lossless forms save half of all tokens together, views more', () => {
    const sum = (text: (log: Log) => string): number => logs.reduce((all, log) => all + o200k.count(text(log)), 0);
    const raw = sum(({ content }) => content);
    expect(sum((log) => of(log, 'lossless')!.text)).toBeLessThan(raw * 0.5);
    expect(sum((log) => of(log, 'balanced')!.text)).toBeLessThan(raw * 0.35);
  });

  test('views stay within their sizes: a bare count of templates and what a reader needs beside it', () => {
    const limits = {
      'loghub-HDFS-0': 800,
      'loghub-Apache-0': 220,
      'loghub-OpenSSH-0': 1800,
      'loghub-Zookeeper-0': 420,
    };
    for (const [id, limit] of Object.entries(limits)) {
      const log = logs.find((one) => one.id === id)!;
      expect(o200k.count(of(log, 'balanced')!.text), id).toBeLessThanOrEqual(limit);
    }
    const apache = logs
      .filter(({ id }) => id.startsWith('loghub-Apache-'))
      .flatMap(({ content }) => content.split('\n'));
    const content = apache.slice(0, 400).join('\n');
    expect(o200k.count(of({ id: '', content, probes: [] }, 'balanced')!.text)).toBeLessThanOrEqual(270);
  });
});
