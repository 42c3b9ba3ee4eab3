/** The lossless form: a line that says how the YAML was laid out, and under it the shortest spelling of its JSON. */
import type { CompressOptions, Compressor } from '../../core/compressor.ts';
import type { ReadJson } from '../../core/json-compressor.ts';
import { readYaml } from './read.ts';
import type { Layout, Node, Style } from './style.ts';
import { writeYaml } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,7}) lines of YAML as JSON, a text as it was spelled; step (\d), dashes (\d)(?:, block (\d{1,6} by \d{1,2}(?:, \d{1,6} by \d{1,2})*))?(, several documents)?(, --- first)?\]$/;

function layoutsOf(lines: readonly string[]): readonly Layout[] {
  const marked = lines[0] === '---';
  const many = lines.indexOf('---', 1) > 0;
  const step = lines.some((line) => /^ {2}[^\s-]/.test(line)) ? 2 : 4;
  return [0, step].map((dashes) => ({ step, dashes, marked, many }));
}

function headFor(lines: number, { step, dashes, marked, many, odd }: Style): string {
  const others = odd.size > 0 ? `, block ${[...odd].map(([block, by]) => `${block} by ${by}`).join(', ')}` : '';
  return `[headroom: ${lines} lines of YAML as JSON, a text as it was spelled; step ${step}, dashes ${dashes}${others}${many ? ', several documents' : ''}${marked ? ', --- first' : ''}]`;
}

export interface Form {
  readonly text: string;
  /** The JSON in it. */
  readonly spelled: string;
}

/** Undefined when the text is no YAML that is read here. It may come back as something else. */
export function writeForm(text: string, json: Compressor, options: CompressOptions): Form | undefined {
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const read = readYaml(lines, layoutsOf(lines), options.deadline);
  if (!read) return undefined;
  const { documents, style } = read;
  const spelled = JSON.stringify(style.many ? documents : documents[0]);
  const said = json.compress(spelled, { ...options, level: 'lossless', call: undefined })?.text;
  if (said === undefined) return undefined;
  return { text: `${headFor(lines.length, style)}\n${said}${end}`, spelled };
}

/** The source; undefined when the text is no such form or a damaged one. */
export function readForm(text: string, readJson: ReadJson): string | undefined {
  const end = text.indexOf('\n');
  const head = end < 0 || end > 2000 ? null : HEAD.exec(text.slice(0, end));
  if (!head) return undefined;
  const last = text.endsWith('\n') ? '\n' : '';
  const said = text.slice(end + 1, text.length - last.length);
  const odd = new Map(
    (head[4] ?? '')
      .split(', ')
      .filter((one) => one !== '')
      .map((one) => one.split(' by ').map(Number) as [number, number]),
  );
  const style: Style = {
    step: Number(head[2]),
    dashes: Number(head[3]),
    odd,
    many: head[5] !== undefined,
    marked: head[6] !== undefined,
  };
  try {
    const value = JSON.parse(readJson(said)) as Node;
    const documents = style.many ? value : [value];
    if (!Array.isArray(documents)) return undefined;
    const lines = writeYaml(documents as readonly Node[], style);
    return lines?.length === Number(head[1]) ? lines.join('\n') + last : undefined;
  } catch {
    // Damaged JSON, or documents deeper than any that was read.
    return undefined;
  }
}
