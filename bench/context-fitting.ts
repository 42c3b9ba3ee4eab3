/**
 * What a conversation keeps when its model's window is half of what it needs: context fitting against leaving out the
 * oldest exchanges, at the same window and down to the same mark. Counted are the texts of HEADROOM_DATA's later_refs,
 * at the turns that use them, wherever a step was needed before and both ways fit.
 */
import { compressors, formats, RETRIEVAL_TOOL, tokenizer } from '../src/pipeline/defaults.ts';
import { createEngine, type Engine } from '../src/pipeline/engine.ts';
import { Sizes } from '../src/pipeline/sizes.ts';
import { openStores } from '../src/stores/index.ts';
import type { Stores } from '../src/core/stores.ts';
import { contentRouter } from '../src/transforms/content-router.ts';
import { retrieveTool } from '../src/transforms/retrieve-tool.ts';
import { answered, type Conversation, conversations } from './bill/conversations.ts';
import { judge, noEvidence } from './bill/evidence.ts';
import { asList, asMap, asText, type Count, type JsonMap, o200kCount } from './bill/wording.ts';
import { count, percent } from './measure.ts';
import { realResultsFolder } from './real-results.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const LOW_WATER = 0.7;
const TURN_TOKENS = 4;
/** Shorter conversations say little about what a step keeps. */
const MIN_TOKENS = 6_000;
const TARGET_RATIO = 1.5;
const TOOL = { name: 'Read', description: 'Reads.', input_schema: { type: 'object', properties: {} } };

interface Row {
  conversations: number;
  requests: number;
  /** Requests that stay too long, whatever is left out. */
  tooLong: number;
  ours: number;
  oursByRetrieval: number;
  oldestFirst: number;
  due: number;
}

interface Window {
  readonly tokens: number;
  readonly count: Count;
}

function openFitting(windowTokens: number, stores: Stores): Engine {
  const router = contentRouter(compressors);
  const find = (): object => ({ window: windowTokens, outputInWindow: false, tokenizer: 'o200k' });
  return createEngine({
    formats,
    transforms: [router, retrieveTool(RETRIEVAL_TOOL)],
    tokenizer,
    stores,
    level: 'balanced',
    tools: [],
    allowLoss: false,
    offersTool: true,
    fit: {
      models: { find } as never,
      sizesBy: () => new Sizes(tokenizer),
      lowWater: LOW_WATER,
      limitMs: 60_000,
      shorten: router,
    },
    deadlineMs: 60_000,
  });
}

function bodyOf({ api }: Conversation, messages: readonly JsonMap[]): JsonMap {
  const tools = api === 'openai-chat' ? [{ type: 'function', function: { name: TOOL.name } }] : [TOOL];
  return { model: 'any', max_tokens: 1, tools, messages } as unknown as JsonMap;
}

/** What a model reads of messages, counted as the product counts it: texts and calls, without ids and names of types. */
function sizeOf(messages: readonly JsonMap[], tokensOf: Count): number {
  return messages.reduce((sum, { content, tool_calls: calls }) => {
    const said = typeof content === 'string' ? tokensOf(content) : 0;
    const blocks = asList(content).map(asMap);
    const texts = blocks.map(({ type, text, name, input, content: result }) => {
      if (type === 'tool_use') return tokensOf(`${asText(name)} ${JSON.stringify(input)}`);
      if (typeof result === 'string') return tokensOf(result);
      const inner = asList(result).map((block) => tokensOf(asText(asMap(block)['text'])));
      return inner.reduce((total, one) => total + one, tokensOf(asText(text)));
    });
    const made = asList(calls).map((call) => {
      const { name, arguments: given } = asMap(asMap(call)['function']);
      return tokensOf(`${asText(name)} ${asText(given)}`);
    });
    return [...texts, ...made].reduce((total, one) => total + one, sum + said + TURN_TOKENS);
  }, 0);
}

/** The exchanges that are left when the oldest go first; the first message says the task and stays. */
class OldestFirst {
  #start = 1;

  kept(messages: readonly JsonMap[], { tokens, count: tokensOf }: Window): readonly JsonMap[] {
    const now = (): readonly JsonMap[] => [messages[0]!, ...messages.slice(this.#start)];
    if (sizeOf(now(), tokensOf) > tokens) {
      while (this.#start < messages.length - 1 && sizeOf(now(), tokensOf) > tokens * LOW_WATER) this.#start++;
    }
    return now();
  }

  get hasLeftOut(): boolean {
    return this.#start > 1;
  }
}

async function replay(conversation: Conversation, row: Row, tokensOf: Count): Promise<void> {
  const needed = sizeOf(conversation.messages, tokensOf);
  if (needed < MIN_TOKENS) return;
  const window: Window = { tokens: Math.floor(needed / 2), count: tokensOf };
  const stores = openStores({ path: undefined, warn: () => undefined });
  const engine = openFitting(window.tokens, stores);
  const oldest = new OldestFirst();
  row.conversations++;
  for (const index of answered(conversation)) {
    const messages = conversation.messages.slice(0, index);
    const body = bodyOf(conversation, messages);
    const job = { format: conversation.api, tenant: 'bench', intent: 'send' } as const;
    const verdict = engine.run({ ...job, body: Buffer.from(JSON.stringify(body)) });
    const received = verdict.body ? (JSON.parse(Buffer.from(verdict.body).toString()) as JsonMap) : body;
    const rest = oldest.kept(messages, window);
    if (!oldest.hasLeftOut) continue;
    row.requests++;
    const isTooLong = sizeOf(asList(received['messages']) as readonly JsonMap[], tokensOf) > window.tokens;
    if (isTooLong || verdict.overflow) {
      row.tooLong++;
      continue;
    }
    const original = (handle: string): Promise<string> => Promise.resolve(stores.originals('bench').get(handle) ?? '');
    const [ours, theirs] = [noEvidence(), noEvidence()];
    await judge({ conversation, index, sent: body, received, original }, ours);
    await judge({ conversation, index, sent: body, received: { messages: rest } as never, original }, theirs);
    row.ours += ours.refsInText;
    row.oursByRetrieval += ours.refsByRetrieval;
    row.oldestFirst += theirs.refsInText;
    row.due += ours.refsInText + ours.refsByRetrieval + ours.refsLost;
  }
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Context fitting at half the needed window', options);
  const folder = realResultsFolder();
  if (folder === undefined) return report.line('Skipped: HEADROOM_DATA is not set.');
  const rows = new Map<string, Row>();
  const tokensOf = o200kCount();
  for (const conversation of conversations(folder)) {
    const row = rows.get(conversation.set) ?? emptyRow();
    rows.set(conversation.set, row);
    if (!options.isQuick || row.conversations < 2) await replay(conversation, row, tokensOf);
  }
  report.table(
    [
      'set',
      'conversations',
      'requests after a step',
      'too long either way',
      'refs due',
      'in the text',
      'by retrieval',
      'oldest first',
      'ratio',
    ],
    [...rows].map(([set, row]) => [
      set,
      `${row.conversations}`,
      count(row.requests),
      count(row.tooLong),
      `${row.due}`,
      `${row.ours}`,
      `${row.oursByRetrieval}`,
      `${row.oldestFirst}`,
      row.oldestFirst === 0 ? '-' : (row.ours / row.oldestFirst).toFixed(2),
    ]),
  );
  const all = [...rows.values()];
  const sum = (key: keyof Row): number => all.reduce((total, row) => total + row[key], 0);
  const ratio = sum('ours') / Math.max(1, sum('oldestFirst'));
  const kept = percent(sum('ours') + sum('oursByRetrieval'), sum('due'));
  report.target(
    'later refs in the text against oldest first',
    `at least ${TARGET_RATIO}x`,
    `${ratio.toFixed(2)}x`,
    ratio >= TARGET_RATIO,
  );
  const found = sum('ours') + sum('oursByRetrieval');
  report.target('later refs in the text or by retrieval', '100 %', kept, found === sum('due'));
  report.finish();
}

function emptyRow(): Row {
  return { conversations: 0, requests: 0, tooLong: 0, ours: 0, oursByRetrieval: 0, oldestFirst: 0, due: 0 };
}

await run(benchOptions());
