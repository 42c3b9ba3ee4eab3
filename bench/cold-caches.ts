/**
 * What it brings to say a history shorter once its cache has gone: recorded sessions without signed reasoning, at an
 * agent's pace and with long pauses, with and without. Only the engine can be told the time, so the proxy is left out.
 */
import { COLD_CLIENTS } from './bill/clients.ts';
import { conversations } from './bill/conversations.ts';
import { type Outcome, replay } from './bill/replay.ts';
import { direct, engineWay } from './bill/ways.ts';
import { o200kCount } from './bill/wording.ts';
import { count, sum } from './measure.ts';
import { realResultsFolder } from './real-results.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const SET = 'traj_claude_code_spotter_a';
const QUICK_CONVERSATIONS = 4;

const evidenceOf = (of: readonly Outcome[], key: keyof Outcome['evidence']): number =>
  sum(of.map(({ evidence }) => evidence[key]));

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Histories said shorter once their cache has gone', options);
  const folder = realResultsFolder();
  const all = folder ? [...conversations(folder)].filter(({ set }) => set === SET) : [];
  const chosen = options.isQuick ? all.slice(0, QUICK_CONVERSATIONS) : all;
  const rows: string[][] = [];
  for (const client of COLD_CLIENTS) {
    const [kept, deepened] = [await engineWay('balanced', false), await engineWay('balanced', true)];
    const ways = [direct, { ...kept, name: 'as sent' }, { ...deepened, name: 'said shorter' }];
    const outcomes: Outcome[] = [];
    for (const conversation of chosen) outcomes.push(...(await replay(conversation, client, ways, o200kCount())));
    await Promise.all(ways.map((way) => way.close()));
    const byWay = Map.groupBy(outcomes, ({ way }) => way);
    const dollarsOf = (way: string): number => sum((byWay.get(way) ?? []).map(({ dollars }) => dollars));
    for (const [way, of] of byWay) {
      const saved = 100 * (1 - dollarsOf(way) / dollarsOf(direct.name));
      const refs = (['refsLost', 'refsByRetrieval', 'refsInText'] as const).map((key) => evidenceOf(of, key));
      const busts = sum(of.map((one) => one.busts));
      const damaged = evidenceOf(of, 'editsDamaged');
      rows.push([client.name, way, dollarsOf(way).toFixed(3), `${saved.toFixed(2)} %`, ...[busts, damaged].map(count)]);
      rows.at(-1)!.push(refs.join(' / '));
      if (way === 'said shorter') {
        report.target(
          `prefixes, edits and refs lost, ${client.name}`,
          '0',
          count(busts + damaged + refs[0]!),
          busts + damaged + refs[0]! === 0,
        );
      }
    }
  }
  report.table(
    ['client', 'history', 'dollars', 'saved', 'busts', 'edits damaged', 'refs lost / by retrieval / in text'],
    rows,
  );
  report.finish();
}

await run(benchOptions());
