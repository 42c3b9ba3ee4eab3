/**
 * What learning of what models fetch brings: retrievals for each view, round after round, the snapshot taken anew between
 * rounds. Beside it views of no knowledge, made as long by pieces of the source: retrievals at equal size.
 */
import { findMarkers } from '../src/core/marker.ts';
import { hashOf } from '../src/core/hash.ts';
import { memoryStores } from '../src/stores/memory.ts';
import { type Conversation, conversations } from './bill/conversations.ts';
import { realLogs } from './importance/real-logs.ts';
import { type Installation, isInEqual, type Read, read, start, tell, TENANT } from './importance/session.ts';
import { Chance, type Result, type Stream, STREAMS } from './importance/streams.ts';
import { count, sum } from './measure.ts';
import { realResultsFolder } from './real-results.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const ROUNDS = 4;
const SESSIONS = 24;
const QUICK_SESSIONS = 10;
/** Of the retrievals of the first round, in the last one. */
const MOST_LEFT = 0.2;
const MOST_OF_EQUAL = 0.25;
const MOST_LEFT_OF_LOGS = 0.5;

interface Session {
  readonly result: Result;
  readonly own: Read;
  readonly plain: Read;
}

interface Round {
  readonly perView: number;
  readonly viewTokens: number;
  /** View or whole, and what was fetched of it. */
  readonly readTokens: number;
  readonly plainPerView: number;
  readonly equalPerView: number;
  readonly views: number;
}

function roundOf(sessions: readonly Session[], chance: Chance): Round {
  const mean = (valueOf: (session: Session) => number): number => sum(sessions.map(valueOf)) / sessions.length;
  return {
    perView: mean(({ own }) => Number(own.isFetched)),
    viewTokens: mean(({ own }) => own.tokens),
    readTokens: mean(({ own }) => own.tokens + own.fetchedTokens),
    plainPerView: mean(({ plain }) => Number(plain.isFetched)),
    equalPerView: mean(({ plain, own, result }) =>
      Number(!isInEqual(plain, own.tokens, result, (limit) => chance.upTo(limit))),
    ),
    views: sum(sessions.map(({ own }) => Number(own.isView))),
  };
}

function runStream(stream: Stream, seed: number, { isQuick }: BenchOptions): readonly Round[] {
  const stores = memoryStores();
  const chance = new Chance(seed);
  const sessions = isQuick ? QUICK_SESSIONS : SESSIONS;
  return Array.from({ length: ROUNDS }, (_, round) => {
    const knowing = start(stores, 'balanced');
    const plain = start(memoryStores(), 'balanced', false);
    const all = Array.from({ length: sessions }, (_, at): Session => {
      const result = stream.next(chance);
      const number = round * sessions + at;
      return { result, own: read(result, number, knowing), plain: read(result, number, plain) };
    });
    return roundOf(all, chance);
  });
}

function streams(report: Report, options: BenchOptions): void {
  const rows: string[][] = [];
  for (const [at, stream] of STREAMS.entries()) {
    const rounds = runStream(stream, at + 1, options);
    rounds.forEach((round, number) =>
      rows.push([
        number === 0 ? stream.name : '',
        String(number + 1),
        round.perView.toFixed(2),
        round.equalPerView.toFixed(2),
        round.plainPerView.toFixed(2),
        count(Math.round(round.viewTokens)),
        count(Math.round(round.readTokens)),
        String(round.views),
      ]),
    );
    const [first, last] = [rounds[0]!, rounds.at(-1)!];
    if (first.perView === 0) continue;
    const left = last.perView / first.perView;
    report.target(
      `retrievals for each result, last round of first: ${stream.name}`,
      `<= ${100 * MOST_LEFT} %`,
      `${(100 * left).toFixed(0)} %`,
      left <= MOST_LEFT,
    );
    if (last.views > 0)
      report.target(
        `the same beside views of no knowledge at equal size: ${stream.name}`,
        `<= ${100 * MOST_OF_EQUAL} %`,
        `${(100 * (last.perView / last.equalPerView)).toFixed(0)} %`,
        last.perView <= MOST_OF_EQUAL * last.equalPerView,
      );
  }
  report.table(
    [
      'stream',
      'round',
      'retrievals for each result',
      'the same of no knowledge, at equal size',
      'of no knowledge',
      'tokens of the text',
      'tokens read, fetched ones too',
      'views',
    ],
    rows,
  );
}

interface Recorded {
  views: number;
  tokens: number;
  refs: number;
  missing: number;
}

/** A whole recorded conversation at once; each text that it uses later and that no view says is fetched. */
function replay(conversation: Conversation, { engine, learning }: Installation, learns: boolean): Recorded {
  const { api, messages, refs } = conversation;
  const tools = [{ name: 'Read', description: '', input_schema: {}, type: 'function', function: { name: 'Read' } }];
  const received = Buffer.from(
    JSON.stringify({ model: 'any', max_tokens: 9, tools, messages: messages.map(withoutReasoning) }),
  );
  const verdict = engine.run({ body: received, format: api, tenant: TENANT, intent: 'ask' });
  const found: Recorded = { views: 0, tokens: 0, refs: 0, missing: 0 };
  if (verdict.problem !== undefined || !verdict.body) return found;
  if (learns) tell(learning, api, received, verdict);
  const seen = new Set<string>();
  for (const { kind, source, text } of verdict.parts) {
    const isView = kind === 'tool-result' && findMarkers(text).includes(hashOf(source));
    const own = refs.filter((ref) => !seen.has(ref.text) && source.includes(ref.text));
    for (const ref of own) seen.add(ref.text);
    if (!isView) continue;
    const missing = own.filter((ref) => !text.includes(ref.text));
    found.views++;
    found.tokens += text.length / 4;
    found.refs += own.length;
    found.missing += missing.length;
    const calls = missing.map((ref) => ({ id: 'h', input: { hash: hashOf(source), query: ref.text } }));
    const end = { pieces: [], hidden: [], calls, isMixed: false };
    if (learns) learning.fetched({ tenant: TENANT, format: api, received, sent: verdict.body, hops: [], end });
  }
  return found;
}

/** Signed history would say that it was sent before. */
function withoutReasoning(message: Conversation['messages'][number]): object {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  return { ...message, content: content.filter((block) => (block as { type?: string }).type !== 'thinking') };
}

function recorded(report: Report, folder: string, { isQuick }: BenchOptions): void {
  const bySet = Map.groupBy(conversations(folder), ({ set }) => set);
  const rows: string[][] = [];
  for (const [set, all] of bySet) {
    const own = isQuick ? all.slice(0, 6) : all;
    const taught = own.filter((_, at) => at % 2 === 0);
    const asked = own.filter((_, at) => at % 2 === 1);
    const stores = memoryStores();
    for (let round = 0; round < 3; round++) {
      const installation = start(stores, 'aggressive');
      const found = asked.map((one) => replay(one, installation, false));
      const total = (key: keyof Recorded): number => sum(found.map((one) => one[key]));
      const per = total('views') === 0 ? 0 : total('missing') / total('views');
      rows.push([
        set,
        String(round),
        count(total('views')),
        count(Math.round(total('tokens') / Math.max(1, total('views')))),
        count(total('refs')),
        per.toFixed(2),
      ]);
      for (const one of taught) replay(one, installation, true);
    }
  }
  report.line(
    'Recorded sessions, profile aggressive: even ones teach, odd ones are read; a text that is used later and that the view does not say is one retrieval.',
  );
  report.table(
    ['set', 'times taught', 'views', 'tokens of a view (about)', 'texts used later', 'retrievals for each view'],
    rows,
  );
}

/** Each program in an installation of its own: three sessions before, three after, with what was learned and without. */
function logs(report: Report, folder: string): void {
  const rows: string[][] = [];
  const sums = { before: 0, after: 0, equal: 0, sessions: 0 };
  const chance = new Chance(1);
  for (const { name, earlier, later } of realLogs(folder)) {
    const stores = memoryStores();
    const first = start(stores, 'balanced');
    const before = earlier.map((result, at) => read(result, at, first));
    if (before.some(({ isView }) => !isView)) continue;
    const [knowing, plain] = [start(stores, 'balanced'), start(memoryStores(), 'balanced', false)];
    const after = later.map(
      (result, at): Session => ({
        result,
        own: read(result, 100 + at, knowing),
        plain: read(result, 100 + at, plain),
      }),
    );
    const round = roundOf(after, chance);
    const fetched = sum(before.map(({ isFetched }) => Number(isFetched))) / before.length;
    const tokens = sum(after.map((one) => one.plain.tokens)) / after.length;
    sums.before += round.plainPerView;
    sums.after += round.perView;
    sums.equal += round.equalPerView;
    sums.sessions++;
    rows.push([
      name,
      fetched.toFixed(2),
      round.plainPerView.toFixed(2),
      round.equalPerView.toFixed(2),
      round.perView.toFixed(2),
      count(Math.round(tokens)),
      count(Math.round(round.viewTokens)),
    ]);
  }
  report.line(
    'Recorded logs, always asked for the lines of one template: three sessions teach, three later ones read.',
  );
  report.table(
    [
      'asked for',
      'retrievals, before',
      'later, nothing learned',
      'the same, at equal size',
      'later, learned',
      'tokens of a plain view',
      'of a learned one',
    ],
    rows,
  );
  const { before, after, equal, sessions } = sums;
  if (sessions === 0) return;
  report.target(
    'retrievals for each view of recorded logs, learned of not learned',
    `<= ${100 * MOST_LEFT_OF_LOGS} %`,
    `${((100 * after) / before).toFixed(0)} %`,
    after <= MOST_LEFT_OF_LOGS * before,
  );
  report.target(
    'the same beside views of no knowledge at equal size',
    '<= 50 %',
    `${((100 * after) / equal).toFixed(0)} %`,
    after <= 0.5 * equal,
  );
}

const options = benchOptions();
const report = new Report('Learned importance', options);
streams(report, options);
const folder = realResultsFolder();
if (folder) {
  logs(report, folder);
  recorded(report, folder, options);
}
report.finish();
