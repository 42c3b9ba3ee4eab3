/**
 * Says JSON shorter without loss: lists of objects as tables, what is constant or follows a rule said once, the rest
 * minified. Text around the JSON stays as it is.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { CompressOptions, Compressed } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import type { Structure } from '../../core/importance.ts';
import type { JsonCompressor, JsonLines, JsonRows, OpenJson } from '../../core/json-compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { addAliases, removeAliases } from './alias.ts';
import { claimFor, HIGHEST_CLAIM } from './claim.ts';
import { readEmbedded } from './embedded.ts';
import { estimating } from './estimate.ts';
import { type Region, findRegions } from './find.ts';
import { Known, counting } from './known.ts';
import { linesSource, objectsOf } from './lines.ts';
import { readRows } from './rows-read.ts';
import { sameJson } from './same.ts';
import { type Source, TextSource, rowsSource } from './source.ts';
import { findHead } from './table-head.ts';
import { readTable } from './table-read.ts';
import { print } from './tree.ts';
import { writeJsonView, writeView } from './view/document.ts';
import { structureOf } from './view/structure.ts';
import { writeCells, writeJson, writeRun } from './write.ts';

export const jsonCompressor: JsonCompressor = {
  name: 'json',
  viewsFiles: 'recorded',

  highestClaim: HIGHEST_CLAIM,
  claim(sample: Sample): number {
    return claimFor(sample.text);
  },

  compress: (text: string, options: CompressOptions): Compressed | undefined =>
    new Said(new TextSource(text)).compress(options),

  open: (text: string): OpenJson => new Said(new TextSource(text), true),

  openRows: (rows: JsonRows): OpenJson => new Said(rowsSource(rows) ?? new TextSource(rows.spelled()), true),

  objects: objectsOf,

  openLines: (lines: JsonLines): OpenJson => new Said(linesSource(lines), true),

  readRows,

  structure: (text: string): Structure | undefined => structureOf(findRegions(text)),

  expand(text: string): string | undefined {
    try {
      const whole = removeAliases(text);
      const flat = readTables(whole ?? text);
      const read = readEmbedded(flat ?? whole ?? text) ?? flat ?? whole;
      // Minified JSON is its own original, but for white space.
      return read ?? (findRegions(text, 0).length > 0 ? text : undefined);
    } catch {
      // Damaged, or somebody else's text that begins like a form of ours.
      return undefined;
    }
  },

  same: (source: string, expanded: string): boolean => source === expanded || sameJson(source, expanded),
};

interface Options extends CompressOptions {
  readonly known: Known;
}

/** Other text with a little JSON in it (source code, say) is left alone. */
const MIN_COVERED_SHARE = 0.5;

const VERY_LONG_CHARS = 2_000_000;
/** Of longer texts tokens are estimated. */
const LONG_CHARS = 400_000;

class Said implements OpenJson {
  readonly #source: Source;
  readonly #isOpen: boolean;
  #known: Known;
  #tokens: Tokenizer | undefined;
  #counting: Tokenizer | undefined;

  /** @param isOpen it may be said more than once. */
  constructor(source: Source, isOpen = false) {
    this.#source = source;
    this.#isOpen = isOpen;
    this.#known = new Known(isOpen);
  }

  compress(given: CompressOptions): Compressed | undefined {
    const source = this.#source;
    if (source.hasForm || isEditable(source, given.call)) return undefined;
    const covered = source.regions.reduce((sum, { start, end }) => sum + end - start, 0);
    if (covered < source.minChars * MIN_COVERED_SHARE) return undefined;
    given.deadline.check();
    const isJson = given.responseFormat === 'json';
    const options = this.#optionsFor(given);
    const write = (): string => (isJson ? writeMinified(source) : writeLossless(source, options));
    const view = (): string | undefined =>
      isJson ? writeJsonView(source.text, options) : writeView(source.text, source.regions, options);
    if (options.level !== 'lossless') {
      const { text } = source;
      // Of long texts the lossless form is hardly ever short enough, and takes its time.
      const long = text.length > VERY_LONG_CHARS && chooseForm({ source: text, lossless: undefined, view }, options);
      return long || chooseForm({ source: text, lossless: write(), view }, options);
    }
    const form = write();
    return isShorter(form, source, options) ? { text: form, loss: 'none' } : undefined;
  }

  /** Counted with another tokenizer, nothing of what was found out holds. */
  #optionsFor(given: CompressOptions): Options {
    if (this.#tokens !== given.tokens || !this.#counting) {
      this.#tokens = given.tokens;
      this.#counting = counting(isLonger(this.#source, LONG_CHARS) ? estimating(given.tokens) : given.tokens);
      this.#known = new Known(this.#isOpen);
    }
    return { ...given, tokens: this.#counting, known: this.#known };
  }
}

function isLonger(source: Source, chars: number): boolean {
  return source.minChars > chars || (source.maxChars > chars && source.text.length > chars);
}

/** A file longer than this is data, which nobody edits line by line. */
const MAX_EDITED_LINES = 400;
/** A line of JSON that people write: a key and its value, or brackets. */
const PRETTY_LINE = /^\s*(?:"(?:[^"\\]|\\.)*"\s*[:,]|"(?:[^"\\]|\\.)*"$|[{}[\],]+\s*$)/;

function isEditable(source: Source, call: ToolCall | undefined): boolean {
  if (!showsFile(call)) return false;
  const lines = source.text.split('\n', MAX_EDITED_LINES + 1);
  if (lines.length < 2 || lines.length > MAX_EDITED_LINES) return false;
  return lines.filter((line) => PRETTY_LINE.test(line)).length * 2 > lines.length;
}

/** Where many characters are saved, tokens need no count. */
const CLEAR_SHARE = 0.8;

function isShorter(form: string, source: Source, { tokens }: CompressOptions): boolean {
  if (form.length < source.minChars * CLEAR_SHARE) return true;
  const { text } = source;
  if (form.length >= text.length) return false;
  return form.length < text.length * CLEAR_SHARE || tokens.count(form) < tokens.count(text);
}

function writeLossless(source: Source, options: Options): string {
  const joined = source.spliced((region) => {
    options.deadline.check();
    return writeRegion(region, options);
  });
  const { form, legend } = addAliases(joined, '', options.tokens);
  return legend + form;
}

function writeMinified(source: Source): string {
  return source.spliced(({ kind, values }) => {
    const said = values.map((value) => print(value));
    return said.join(kind === 'items' ? ',' : '\n');
  });
}

function writeRegion(region: Region, { level, tokens, deadline, known }: Options): string {
  const options = { tokens, deadline, keepsPaths: level !== 'lossless', known };
  if (region.cells) return writeCells(region.cells, options);
  const { kind, values } = region;
  if (kind === 'value') return writeJson(values[0]!, options);
  return writeRun(values, kind === 'lines' ? 'JSON lines' : 'items', options);
}

/** The text with its tables as JSON; undefined when it has none. */
function readTables(text: string): string | undefined {
  let read = '';
  let at = 0;
  for (let head = findHead(text, 0); head >= 0; head = findHead(text, at)) {
    const { json, end } = readTable(text, head);
    read += text.slice(at, head) + json;
    at = end;
  }
  return at === 0 ? undefined : read + text.slice(at);
}
