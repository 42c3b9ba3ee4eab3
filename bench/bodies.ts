/** Request bodies as coding agents send them, of a given size, the same on every run. */
import { codeSearch } from './recipes/code-search.ts';
import { needle } from './recipes/needle.ts';
import { type Chance, chance, padded, times } from './recipes/random.ts';

const WORDS =
  'request worker session token cache index buffer stream parser route config client result header policy queue batch store chunk retry limit event frame cursor record lookup filter signal'.split(
    ' ',
  );
const TOOLS = ['Read', 'Bash', 'Grep', 'Search'] as const;

type Block = Readonly<Record<string, unknown>>;

const SYLLABLES = 'ba ce di fo gu ha ke li mo nu pa re si to va we xi yo zu an el in or ut'.split(' ');

/** One name in four is a word that nobody has seen, as in real sources: a tokenizer cannot know it by heart. */
function name({ pick, unit }: Chance): string {
  const second = unit() < 0.25 ? times(4, () => pick(SYLLABLES)).join('') : pick(WORDS);
  return pick(WORDS) + second[0]!.toUpperCase() + second.slice(1);
}

function until(bytes: number, line: (index: number) => string): string {
  const lines: string[] = [];
  for (let size = 0; size < bytes; size += lines.at(-1)!.length + 1) lines.push(line(lines.length));
  return lines.join('\n');
}

function prose(bytes: number, random: Chance): string {
  return until(bytes, () => `${times(random.whole(8, 18), () => random.pick(WORDS)).join(' ')}.`);
}

/** A source file with the line-number gutter of a file reader. */
function fileRead(bytes: number, random: Chance): string {
  return until(bytes, (index) => `${String(index + 1).padStart(6)}\t${sourceLine(random)}`);
}

function sourceLine(random: Chance): string {
  const { pick, whole } = random;
  switch (whole(0, 5)) {
    case 0:
      return `export function ${name(random)}(${pick(WORDS)}: ${pick(['string', 'number', 'Buffer'])}): void {`;
    case 1:
      return `  const ${name(random)} = ${pick(WORDS)}.${name(random)}(${whole(0, 4096)});`;
    case 2:
      return `  if (${name(random)} === undefined) return ${pick(WORDS)};`;
    case 3:
      return `  // The ${pick(WORDS)} of a ${pick(WORDS)} may be ${pick(['late', 'empty', 'shared', 'gone'])}.`;
    case 4:
      return '}';
    default:
      return '';
  }
}

function log(bytes: number, random: Chance): string {
  const { pick, whole } = random;
  let second = 0;
  return until(bytes, () => {
    second += whole(0, 3);
    const time = `2026-03-04T${padded(Math.floor(second / 3600) % 24, 2)}:${padded(Math.floor(second / 60) % 60, 2)}:${padded(second % 60, 2)}Z`;
    return `${time} ${pick(['INFO', 'INFO', 'INFO', 'WARN'])} ${pick(WORDS)}[${whole(1, 9)}] handled /api/${pick(WORDS)}/${whole(1, 999)} in ${whole(1, 400)}ms`;
  });
}

function grep(bytes: number, random: Chance): string {
  return until(
    bytes,
    (index) => `src/${WORDS[Math.floor(index / 12) % WORDS.length]}.ts:${10 + (index % 12) * 7}:${sourceLine(random)}`,
  );
}

function rows(bytes: number, random: Chance): string {
  const entries: unknown[] = [];
  for (let size = 0; size < bytes; size = entries.length * 260) {
    entries.push(
      ...(random.unit() < 0.5 ? needle(random.whole(1, 1e6)) : codeSearch(random.whole(1, 1e6))).slice(0, 20),
    );
  }
  return JSON.stringify(entries);
}

const KINDS: readonly ((bytes: number, random: Chance) => string)[] = [fileRead, log, grep, rows];

function call(id: string, index: number, random: Chance): Block {
  const text = { type: 'text', text: prose(120, random) };
  const use = { type: 'tool_use', id, name: TOOLS[index % TOOLS.length], input: { path: `src/${name(random)}.ts` } };
  return { role: 'assistant', content: [text, use] };
}

function result(id: string, content: string): Block {
  return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] };
}

function tools(random: Chance): readonly Block[] {
  return TOOLS.map((tool) => ({
    name: tool,
    description: prose(2500, random),
    input_schema: { type: 'object', properties: { path: { type: 'string', description: prose(200, random) } } },
  }));
}

/** @param more stands before `messages`. */
export function messageBody(messages: readonly Block[], more: Block = {}): Buffer {
  return Buffer.from(JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 1024, ...more, messages }));
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function opening(random: Chance): { readonly head: Block; readonly first: Block } {
  return {
    head: { stream: false, system: [{ type: 'text', text: prose(8000, random) }], tools: tools(random) },
    first: { role: 'user', content: 'Find out why the worker is slow.' },
  };
}

/** A conversation in words only: it is read and there is nothing to shorten. */
export function talk(bytes: number): Buffer {
  const random = chance(11);
  const { head, first } = opening(random);
  const messages: Block[] = [first];
  for (let size = sizeOf(head); size < bytes; size += sizeOf(messages.slice(-2))) {
    messages.push({ role: 'assistant', content: [{ type: 'text', text: prose(1400, random) }] });
    messages.push({ role: 'user', content: [{ type: 'text', text: prose(600, random) }] });
  }
  return messageBody(messages, head);
}

export interface Work {
  readonly head: Block;
  readonly messages: readonly Block[];
}

/**
 * An agent at work: file reads, logs, searches and JSON in turn, as tool results of about `resultBytes` each.
 * @param mark stands once in each result, at the end of its first line or in a row of its own.
 */
export function work(bytes: number, resultBytes: number, seed: number, mark = ''): Work {
  const random = chance(seed);
  const { head, first } = opening(random);
  const messages: Block[] = [{ ...first, content: `Find out why worker ${seed} is slow.` }];
  for (let index = 0, size = sizeOf(head); size < bytes; index++) {
    const [use, answer] = step(index, resultBytes, random, mark);
    messages.push(use, answer);
    size += sizeOf([use, answer]);
  }
  return { head, messages };
}

/** One tool call and its result. */
export function step(index: number, resultBytes: number, random: Chance, mark = ''): readonly [Block, Block] {
  const id = `toolu_${padded(index, 6)}_${random.hex(8)}`;
  const content = KINDS[index % KINDS.length]!(resultBytes, random);
  return [call(id, index, random), result(id, mark === '' ? content : marked(content, mark))];
}

function marked(content: string, mark: string): string {
  return content.startsWith('[') ? `[{"serial":"${mark}"},${content.slice(1)}` : content.replace('\n', ` ${mark}\n`);
}

/** A short conversation whose only tool result is this text. */
export function oneResult(text: string, seed: number): Buffer {
  const random = chance(seed);
  const id = `toolu_${random.hex(12)}`;
  // A call that shows no file: of files every line stays.
  const asked = { type: 'tool_use', id, name: 'lookup', input: { case: seed } };
  return messageBody([
    { role: 'user', content: `Look into case ${seed}.` },
    { role: 'assistant', content: [asked] },
    result(id, text),
  ]);
}
