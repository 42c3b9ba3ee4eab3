/**
 * Whatever a view leaves out comes back by one call: a search for the fact itself, or the lines or rows in which it
 * stands. Views and originals are made as a request makes them, by every compressor of the balanced and the aggressive level.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agents } from '../bench/recipes/agents.ts';
import { codeSearch } from '../bench/recipes/code-search.ts';
import { factsOf } from '../bench/recipes/facts.ts';
import { logTables } from '../bench/recipes/log-tables.ts';
import { multiTool } from '../bench/recipes/multi-tool.ts';
import { NEEDLE_FACTS, needle } from '../bench/recipes/needle.ts';
import { searchHits, testRun } from '../bench/recipes/plain-texts.ts';
import { indented, spaced } from '../bench/recipes/spelling.ts';
import { worstCases } from '../bench/recipes/worst-cases.ts';
import { findMarkers } from '../src/core/marker.ts';
import { openEngine, type OpenEngine, prepareEngine } from '../src/pipeline/defaults.ts';
import { answer } from '../src/retrieval/answer.ts';

interface Source {
  readonly name: string;
  readonly text: string;
  readonly facts: readonly string[];
  /** What it carries, whose lines are then its lines. */
  readonly carried?: string;
}

const LEVELS = ['balanced', 'aggressive'] as const;
type Level = (typeof LEVELS)[number];
/** Of each original, so many of the lines that a view lacks are searched for; all of them are asked for by their place. */
const SEARCHED_LINES = 12;

interface View {
  readonly text: string;
  readonly hash: string;
  readonly find: (hash: string) => string | undefined;
}

/** Undefined where nothing was left out. */
function viewOf(engine: OpenEngine, { text, name }: Source): View | undefined {
  const input = { query: 'cause' };
  const messages = [
    { role: 'user', content: name },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'search', input }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: text }] },
  ];
  const body = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const { body: sent, problem } = engine.run({ body, format: 'anthropic-messages', tenant: 't', intent: 'send' });
  expect(problem).toBeUndefined();
  if (!sent) return undefined;
  const view: string = JSON.parse(Buffer.from(sent).toString()).messages[2].content[0].content;
  const hash = findMarkers(view).at(-1);
  return hash === undefined ? undefined : { text: view, hash, find: (key) => engine.stores.originals('t').get(key) };
}

/** What does not come back by one call. */
function lost({ text, facts, carried = text }: Source, { text: view, hash, find }: View): string[] {
  const ask = (more: object): string => answer({ hash, ...more }, find).text;
  const lines = carried.replace(/\n$/, '').split('\n');
  const gone = lines.map((line, index) => ({ line, at: index + 1 })).filter(({ line }) => !view.includes(line));
  const step = Math.ceil(gone.length / SEARCHED_LINES);
  const searched = gone.filter(({ line }, index) => index % step === 0 && line.trim().length > 2 && line.length < 400);
  return [
    ...facts.filter((fact) => !view.includes(fact) && !ask({ query: fact }).includes(fact)),
    ...searched.map(({ line }) => line.trim()).filter((line) => !ask({ query: line }).includes(line)),
    ...gone
      .filter(({ line, at }) => line.length < 40_000 && !ask({ lines: String(at) }).includes(line))
      .map(({ at }) => `line ${at}`),
  ];
}

function check(level: Level, sources: readonly Source[]): void {
  const engine = openEngine(
    { level, allowLoss: true, prose: true, storePath: undefined, deadlineMs: 60_000 },
    () => undefined,
  );
  let views = 0;
  const missing: string[] = [];
  for (const source of sources) {
    const view = viewOf(engine, source);
    if (!view) continue;
    views++;
    missing.push(...lost(source, view).map((fact) => `${source.name}: ${fact.slice(0, 200)}`));
  }
  engine.close();
  expect(missing).toEqual([]);
  expect(views).toBeGreaterThan(0);
}

function recipes(): Source[] {
  const { regular, realistic, hard } = logTables(42);
  const tables = { regular, realistic, hard };
  return [
    { name: 'needle', text: spaced(needle()), facts: NEEDLE_FACTS },
    { name: 'code search', text: spaced(codeSearch()), facts: ['FormComponent2', 'FormComponent97'] },
    ...Object.entries(tables).map(([name, entries]) => ({
      name: `table ${name}`,
      text: JSON.stringify(entries),
      facts: ['PG-5523', 'max_connections to 500'].filter((fact) => JSON.stringify(entries).includes(fact)),
    })),
    ...multiTool().map(({ tool, rows, facts }) => ({ name: tool, text: indented(rows), facts })),
    ...[0, 1, 2].flatMap((seed) =>
      agents(seed).flatMap(({ name, results }) =>
        results.map(([tool, value]) => {
          const text = indented(value);
          const facts = factsOf(tool, value)
            .flatMap((each) => each.facts)
            .filter((fact) => text.includes(fact));
          return { name: `${name} ${seed}: ${tool}`, text, facts };
        }),
      ),
    ),
    { name: 'search hits', ...searchHits(1) },
    { name: 'test run', ...testRun(1) },
    ...[searchHits(1), testRun(1)].map(({ text, facts }, index) => {
      const result = index === 0 ? { output: text, code: 0 } : [{ type: 'text', text }];
      return { name: `texts in JSON ${index}`, text: JSON.stringify(result), facts, carried: text };
    }),
    ...worstCases(1).map(({ name, rows, ids }) => ({ name, text: spaced(rows), facts: ids })),
  ];
}

describe.each(LEVELS)('what a view leaves out comes back by one call: %s', (level) => {
  test('recipes', { timeout: 120_000 }, async () => {
    await prepareEngine({ level });
    check(level, recipes());
  });

  const folder = process.env['HEADROOM_DATA'] ?? '';
  test.skipIf(!existsSync(folder))(
    'real results, with their probes ($HEADROOM_DATA)',
    { timeout: 600_000 },
    async () => {
      await prepareEngine({ level });
      const files = readdirSync(folder).filter((file) => /^to_.*\.jsonl$/.test(file));
      const sources = files.flatMap((file) =>
        readFileSync(join(folder, file), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { id: string; content: string; probes: readonly string[] })
          .map(({ id, content, probes }) => ({ name: id, text: content, facts: probes })),
      );
      check(level, sources);
    },
  );
});
