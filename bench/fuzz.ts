/**
 * Looks for a lossless form that does not read back: `npm run fuzz -- --minutes 10 --seed 7`. Fixtures (and real tool
 * results, where HEADROOM_DATA names them) are cut, mixed and damaged; every compressor then says what becomes of them,
 * and whole conversations of them go through the engine. Exits with 1 on the first wrong decode, which it prints.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NO_DEADLINE } from '../src/core/deadline.ts';
import { compressors, formats, openEngine, tokenizer } from '../src/pipeline/defaults.ts';
import { expandBody } from '../src/pipeline/expand.ts';
import { ROOT } from './processes.ts';
import { sessions, toolOutputs } from './real-results.ts';
import { chance, type Chance } from './recipes/random.ts';

const FIXTURES = join(ROOT, 'fixtures/compressors');
const MAX_CHARS = 20_000;
const RESULTS_A_CONVERSATION = 4;

function fixtureTexts(): string[] {
  return readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => readFileSync(file, 'utf8'));
}

function realTexts(folder: string): string[] {
  const texts = Array.from(toolOutputs(folder), ({ text }) => text);
  for (const { messages } of sessions(folder)) {
    JSON.stringify(messages, (_, value: unknown) => {
      if (typeof value === 'string' && value.length > 200) texts.push(value);
      return value;
    });
  }
  return texts;
}

type Mutation = (lines: string[], random: Chance, other: () => readonly string[]) => void;

const NOISE = ['', ' ', '\r', '[', '{}', '""', '…', '[all lines 1-9, every 10th numbered]', '\u{1f600}', '\0', '1\t'];

const MUTATIONS: readonly Mutation[] = [
  (lines, { whole }) => void lines.splice(whole(0, lines.length), whole(1, 8)),
  (lines, { whole }) => void lines.splice(whole(0, lines.length), 0, ...lines.slice(0, whole(1, 20))),
  (lines, { whole }, other) => {
    const from = other();
    const start = whole(0, from.length);
    lines.splice(whole(0, lines.length), 0, ...from.slice(start, start + whole(1, 30)));
  },
  (lines, { whole, pick }) => void lines.splice(whole(0, lines.length), 0, pick(NOISE)),
  (lines, random) => atOne(lines, random, (line) => line.replaceAll(/\d/g, () => String(random.whole(0, 9)))),
  (lines, random) => atOne(lines, random, (line) => line.slice(0, random.whole(0, line.length))),
  (lines, random) => atOne(lines, random, (line) => line + random.pick(NOISE)),
  (lines, random) => atOne(lines, random, (line) => random.pick(NOISE) + line),
  (lines, random) => atOne(lines, random, (line) => line.replace(/\w+/, random.pick(['x', 'null', '0', 'INFO', '-1']))),
  (lines, { whole }) => void lines.splice(whole(1, 40), lines.length),
  (lines) => lines.forEach((line, index) => (lines[index] = `${line}\r`)),
  (lines, { pick }) => {
    const carried = JSON.stringify({ code: 0, output: lines.join(pick(['\n', '\r\n'])) }, undefined, pick([0, 2]));
    lines.splice(0, lines.length, ...carried.split('\n'));
  },
  (lines, random) => void lines.sort((a, b) => (a.length - b.length) * random.pick([1, -1])),
];

function atOne(lines: string[], { whole }: Chance, change: (line: string) => string): void {
  if (lines.length === 0) return;
  const at = whole(0, lines.length - 1);
  lines[at] = change(lines[at]!);
}

function mutated(texts: readonly string[], random: Chance): string {
  const draw = (): readonly string[] => random.pick(texts).slice(0, MAX_CHARS).split('\n');
  const lines = [...draw()];
  for (let left = random.whole(0, 5); left > 0; left--) random.pick(MUTATIONS)(lines, random, draw);
  return lines.join('\n');
}

interface Fault {
  readonly what: string;
  readonly text: string;
}

/** Every compressor, whether it claims the text or not; its own forms are damaged too, and must be read without a throw. */
function tryCompressors(text: string, random: Chance): { forms: number; fault?: Fault } {
  let forms = 0;
  for (const compressor of compressors) {
    const options = { call: undefined, tokens: tokenizer, deadline: NO_DEADLINE } as const;
    try {
      for (const level of ['lossless', random.pick(['balanced', 'aggressive'] as const)] as const) {
        const form = compressor.compress(text, { ...options, level });
        if (!form) continue;
        if (form.text.length > text.length)
          return { forms, fault: { what: `${compressor.name} ${level}: longer`, text } };
        if (form.loss !== 'none') continue;
        forms++;
        const back = compressor.expand(form.text);
        if (back === undefined || !compressor.same(text, back)) {
          return { forms, fault: { what: `${compressor.name} ${level}: does not read back`, text } };
        }
        compressor.expand(mutated([form.text], random));
      }
      compressor.expand(text);
    } catch (error) {
      return { forms, fault: { what: `${compressor.name}: ${String((error as Error).stack)}`, text } };
    }
  }
  return { forms };
}

type Engine = ReturnType<typeof openEngine>;

/** A conversation whose results repeat each other, through the engine and back. */
function tryConversation(texts: readonly string[], engine: Engine, random: Chance): Fault | undefined {
  const results = Array.from({ length: RESULTS_A_CONVERSATION }, () => mutated(texts, random));
  results.push(mutated(results, random));
  const messages = results.flatMap((content, n) => [
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: `t${n}`, name: 'Bash', input: { command: `run ${n % 2}` } }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `t${n}`, content }] },
  ]);
  const body = Buffer.from(
    JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'go' }, ...messages] }),
  );
  const verdict = engine.run({ body, format: 'anthropic-messages', tenant: 'fuzz', intent: 'ask' });
  const format = formats.find(({ name }) => name === 'anthropic-messages')!;
  const failed = verdict.notes.find(({ reason }) => reason.includes('failed') || reason.includes('did not read back'));
  if (verdict.problem !== undefined) return { what: `engine: ${verdict.problem}`, text: body.toString() };
  if (failed) return { what: `engine: ${failed.by} ${failed.reason}`, text: body.toString() };
  if (!verdict.body) return undefined;
  const readFrom = (bytes: Uint8Array): typeof BODY => JSON.parse(Buffer.from(bytes).toString()) as typeof BODY;
  const sent = readFrom(verdict.body);
  const back = readFrom(expandBody(verdict.body, format, compressors).body);
  const wrong = results.findIndex((text, n) => {
    const [said, got] = [sent, back].map(({ messages: all }) => all[2 + 2 * n]!.content[0]!.content);
    // What went out as it came may look like a form: nobody says that it is one.
    return said !== text && got !== text && !compressors.some((compressor) => compressor.same(text, got!));
  });
  return wrong < 0 ? undefined : { what: `engine: result ${wrong} does not come back`, text: body.toString() };
}

declare const BODY: { readonly messages: readonly { readonly content: readonly { readonly content: string }[] }[] };

function run(): number {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
  });
  const folder = process.env['HEADROOM_DATA'];
  const texts = [...fixtureTexts(), ...(folder ? realTexts(folder) : [])];
  const random = chance(Number(values.seed));
  const engine = openEngine({ level: 'lossless', storePath: undefined, deadlineMs: 60_000 }, () => undefined);
  const end = performance.now() + Number(values.minutes) * 60_000;
  let [tries, forms, conversations] = [0, 0, 0];
  for (; performance.now() < end; tries++) {
    const tried = tryCompressors(mutated(texts, random), random);
    forms += tried.forms;
    const fault = tried.fault ?? (tries % 10 === 0 ? tryConversation(texts, engine, random) : undefined);
    if (tries % 10 === 0) conversations++;
    if (!fault) continue;
    const file = join(mkdtempSync(join(tmpdir(), 'headroom-fuzz-')), 'input.txt');
    writeFileSync(file, fault.text);
    console.error(`${fault.what}\nafter ${tries} texts, seed ${values.seed}; the input is in ${file}`);
    return 1;
  }
  console.log(
    `${tries} texts from ${texts.length} sources, ${forms} lossless forms, ${conversations} conversations, ` +
      `${values.minutes} minutes, seed ${values.seed}: every form read back`,
  );
  return 0;
}

process.exitCode = run();
