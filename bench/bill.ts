/**
 * What requests cost: recorded conversations go to simulated accounts of their providers, directly and through each profile,
 * and the bills are compared by set. BENCH_WAY=engine leaves the proxy out.
 */
import { BILL_CLIENTS } from './bill/clients.ts';
import { type Conversation, conversations } from './bill/conversations.ts';
import { cachedShare, DYNAMIC_CASES, dynamicUsage } from './bill/dynamic-prompt.ts';
import { excess, type Outcome, replay, TOOL_TOKENS } from './bill/replay.ts';
import { NOTHING, plus, tokensOf, type Usage } from './bill/usage.ts';
import { direct, engineWay, type Profile, proxyWay, type Way } from './bill/ways.ts';
import { type Count, o200kCount } from './bill/wording.ts';
import { count, percent, sum } from './measure.ts';
import { realResultsFolder } from './real-results.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const PROFILES: readonly Profile[] = ['lossless', 'balanced', 'aggressive'];
const QUICK_CONVERSATIONS = 2;

/** Of the bill, in per cent, by profile: the set of long coding sessions, whose client marks its cache points. */
const FLAGSHIP = 'traj_claude_code_spotter_a';
const LEAST_SAVED: Readonly<Record<Profile, number>> = { lossless: 16, balanced: 27, aggressive: 42 };
/** `lossless` adds nothing to a request, and so no marks: what it saves without them is said, and not held against this. */
const MARKING: readonly Profile[] = ['balanced', 'aggressive'];
const LEAST_SAVED_WITHOUT_MARKS = 60;
const LEAST_CACHED = 90;
const MOST_EXCESS = 1;

function chosen(folder: string, options: BenchOptions): readonly Conversation[] {
  const all = [...conversations(folder)].filter(({ set }) => !options.only || set.includes(options.only));
  if (!options.isQuick) return all;
  const bySet = Map.groupBy(all, ({ set }) => set);
  return [...bySet.values()].flatMap((of) => of.slice(0, QUICK_CONVERSATIONS));
}

function dollarText(value: number): string {
  return value.toFixed(value < 1 ? 4 : 2);
}

const total = (of: readonly Outcome[]): number => sum(of.map((one) => one.dollars));
const usageOf = (of: readonly Outcome[]): Usage => of.reduce((all, { usage }) => plus(all, usage), NOTHING);

interface Compared {
  readonly own: readonly Outcome[];
  readonly plain: readonly Outcome[];
}

function saved({ own, plain }: Compared): number {
  return 100 * (1 - total(own) / total(plain));
}

/** The conversation that did worst, with how much dearer it is than direct beyond the tool, in per cent. */
function worst({ own, plain }: Compared): readonly [name: string, excess: number] {
  const each = own.map((one, index) => [one.conversation, 100 * excess(one, plain[index]!)] as const);
  return each.reduce((most, one) => (one[1] > most[1] ? one : most));
}

function row(compared: Compared): string[] {
  const { own } = compared;
  const { uncached, write5m, write1h, read } = usageOf(own);
  const [name, most] = worst(compared);
  const evidence = (key: keyof Outcome['evidence']): string => count(sum(own.map((one) => one.evidence[key])));
  return [
    own[0]!.set,
    own[0]!.client,
    own[0]!.way,
    dollarText(total(own)),
    `${saved(compared).toFixed(1)} %`,
    ...[uncached, write5m + write1h, read].map(count),
    own[0]!.way === 'direct' ? '-' : `${most.toFixed(2)} % ${name.slice(name.indexOf('/') + 1).slice(0, 24)}`,
    count(sum(own.map(({ busts }) => busts))),
    count(sum(own.map(({ tooShort }) => tooShort))),
    `${evidence('editsDamaged')} of ${count(sum(own.map(({ evidence: { editsExact, editsDamaged } }) => editsExact + editsDamaged)))}`,
    `${evidence('refsLost')} / ${evidence('refsByRetrieval')} / ${evidence('refsInText')}`,
  ];
}

const HEAD = [
  'set',
  'client',
  'way',
  'dollars',
  'saved',
  'uncached',
  'written',
  'read',
  'worst conversation',
  'busts',
  'too short',
  'edits damaged',
  'refs lost / by retrieval / in text',
];

function comparisons(outcomes: readonly Outcome[]): readonly Compared[] {
  const groups = Map.groupBy(outcomes, ({ set, client }) => `${set}\n${client}`);
  return [...groups.values()].flatMap((group) => {
    const ways = [...Map.groupBy(group, ({ way }) => way).values()];
    return ways.map((own) => ({ own, plain: ways[0]! }));
  });
}

function tellBills(outcomes: readonly Outcome[], report: Report): void {
  const compared = comparisons(outcomes);
  report.table(HEAD, compared.map(row));
  const ours = compared.filter(({ own }) => own[0]!.way !== 'direct');
  for (const profile of PROFILES) {
    for (const one of ours.filter(({ own: [first] }) => first!.set === FLAGSHIP && first!.way === profile)) {
      const isMarked = one.own[0]!.client === BILL_CLIENTS[0]!.name;
      if (!isMarked && !MARKING.includes(profile)) continue;
      const least = isMarked ? LEAST_SAVED[profile] : LEAST_SAVED_WITHOUT_MARKS;
      const what = `bill of ${FLAGSHIP}, ${one.own[0]!.client}, ${profile}`;
      report.target(what, `${least} % saved`, `${saved(one).toFixed(1)} %`, saved(one) >= least);
    }
  }
  tellLaws(ours, report);
}

function tellLaws(ours: readonly Compared[], report: Report): void {
  const all = ours.flatMap(({ own }) => own);
  const most = ours.map(worst).reduce((top, one) => (one[1] > top[1] ? one : top), ['-', -100] as const);
  const what = `dearest conversation against direct, beyond ${TOOL_TOKENS} tokens for the tool`;
  report.target(what, `+${MOST_EXCESS} %`, `${most[1].toFixed(2)} % (${most[0]})`, most[1] <= MOST_EXCESS);
  const laws: readonly (readonly [what: string, of: (one: Outcome) => number])[] = [
    ['cached prefixes lost on the way', (one) => one.busts],
    ['edits damaged', ({ evidence }) => evidence.editsDamaged],
    ['later_refs lost', ({ evidence }) => evidence.refsLost],
  ];
  for (const [name, of] of laws) report.target(name, '0', count(sum(all.map(of))), sum(all.map(of)) === 0);
}

type OpenWay = (profile: Profile) => Promise<Way>;

/** Everyone begins with a Headroom that knows nothing: what one client sent must not decide for another. */
async function withWays<T>(open: OpenWay, use: (ways: readonly Way[]) => Promise<T>): Promise<T> {
  const ways: Way[] = [direct];
  for (const profile of PROFILES) ways.push(await open(profile));
  const made = await use(ways);
  for (const way of ways) await way.close();
  return made;
}

async function tellDynamic(open: OpenWay, counter: Count, report: Report): Promise<void> {
  report.line('### Dynamic system prompt: 20 calls, each with another time, request id and git status');
  const rows: string[][] = [];
  for (const one of DYNAMIC_CASES) {
    await withWays(open, async (ways) => {
      for (const way of ways) {
        const usage = await dynamicUsage(one, way, counter);
        const { uncached, write5m, write1h, read } = usage;
        const classes = [uncached, write5m + write1h, read].map(count);
        rows.push([one.name, way.name, ...classes, percent(read, tokensOf(usage))]);
        const share = 100 * cachedShare(usage);
        const what = `cached share, dynamic system prompt, ${one.name}, ${way.name}`;
        const isMarking = MARKING.some((profile) => profile === way.name);
        if (isMarking) report.target(what, `${LEAST_CACHED} %`, `${share.toFixed(1)} %`, share >= LEAST_CACHED);
      }
    });
  }
  report.table(['case', 'way', 'uncached', 'written', 'read', 'cached share'], rows);
}

async function replayAll(all: readonly Conversation[], open: OpenWay, counter: Count): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const client of BILL_CLIENTS) {
    const own = all.filter(({ api }) => api === client.api);
    await withWays(open, async (ways) => {
      for (const conversation of own) outcomes.push(...(await replay(conversation, client, ways, counter)));
    });
  }
  return outcomes;
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('The bill, simulated', options);
  const open = process.env['BENCH_WAY'] === 'engine' ? engineWay : proxyWay;
  const counter = o200kCount();
  const folder = realResultsFolder();
  const all = folder ? chosen(folder, options) : [];
  if (all.length > 0) tellBills(await replayAll(all, open, counter), report);
  await tellDynamic(open, counter, report);
  report.finish();
}

await run(benchOptions());
