/** The lossless form: a line that says how the YAML was laid out, and under it the shortest spelling of its JSON. */
import type { CompressOptions, Compressor } from '../../core/compressor.ts';
import { readYaml } from './read.ts';
import type { Layout, Node, Style } from './style.ts';
import { writeYaml } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,7}) lines of YAML as JSON, a text as it was spelled; step (\d), dashes (\d)(?:, block (\d{1,6} by \d{1,2}(?:, \d{1,6} by \d{1,2})*))?(, several documents)?(, --- first)?\]$/;

function layoutsOf(text: string): readonly Layout[] {
  const marked = text === '---' || text.startsWith('---\n');
  const many = text.includes('\n---\n') || text.endsWith('\n---');
  const step = /(?:^|\n) {2}[^\s-]/.test(text) ? 2 : 4;
  return [0, step].map((dashes) => ({ step, dashes, marked, many }));
}

function headFor(lines: number, { step, dashes, marked, many, odd }: Style): string {
  const others = odd.size > 0 ? `, block ${[...odd].map(([block, by]) => `${block} by ${by}`).join(', ')}` : '';
  return `[headroom: ${lines} lines of YAML as JSON, a text as it was spelled; step ${step}, dashes ${dashes}${others}${many ? ', several documents' : ''}${marked ? ', --- first' : ''}]`;
}

export interface Form {
  readonly text: string;
  /** Whether it says the text that it was made of. */
  readonly readsBack: () => boolean;
}

/** Undefined when the text is no YAML that is read here. It may come back as something else. */
export function writeForm(text: string, json: Compressor, options: CompressOptions): Form | undefined {
  const end = text.endsWith('\n') ? '\n' : '';
  const source = text.slice(0, text.length - end.length);
  const read = readYaml(source, layoutsOf(source), options.deadline);
  if (!read) return undefined;
  const { documents, style, count } = read;
  const value = style.many ? documents : documents[0]!;
  const said = json.compress(JSON.stringify(value), { ...options, level: 'lossless', call: undefined })?.text;
  if (said === undefined) return undefined;
  const form = `${headFor(count, style)}\n${said}${end}`;
  // What was read is what JSON gives back: texts, numbers that print as they were spelled, no keys that move.
  return { text: form, readsBack: () => readForm(form, () => value) === text };
}

/** What stands in a form, as JSON has it. @throws Error for a damaged one. */
export type ReadNode = (said: string) => Node;

/** The source; undefined when the text is no such form or a damaged one. */
export function readForm(text: string, readNode: ReadNode): string | undefined {
  const end = text.indexOf('\n');
  const head = end < 0 || end > 2000 ? null : HEAD.exec(text.slice(0, end));
  if (!head) return undefined;
  const last = text.endsWith('\n') ? '\n' : '';
  const said = text.slice(end + 1, text.length - last.length);
  const style = styleOf(head);
  try {
    const value = readNode(said);
    const documents = style.many ? value : [value];
    if (!Array.isArray(documents)) return undefined;
    const { text: source, count } = writeYaml(documents as readonly Node[], style);
    return count === Number(head[1]) ? source + last : undefined;
  } catch {
    // Damaged JSON, or documents deeper than any that was read.
    return undefined;
  }
}

function styleOf([, , step, dashes, odd = '', many, marked]: RegExpExecArray): Style {
  const blocks = odd.split(', ').filter((one) => one !== '');
  return {
    step: Number(step),
    dashes: Number(dashes),
    odd: new Map(blocks.map((one) => one.split(' by ').map(Number) as [number, number])),
    many: many !== undefined,
    marked: marked !== undefined,
  };
}
