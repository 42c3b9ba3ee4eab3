/**
 * Says JSON shorter without loss: lists of objects as tables, what is constant or follows a rule said once, the rest
 * minified. Text around the JSON stays as it is.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { CompressOptions, Compressed, Compressor } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import type { Structure } from '../../core/importance.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { addAliases, hasAliases, removeAliases } from './alias.ts';
import { claimFor } from './claim.ts';
import { hasMarker, readEmbedded } from './embedded.ts';
import { estimating } from './estimate.ts';
import { type Region, findRegions } from './find.ts';
import { Known, counting } from './known.ts';
import { sameJson } from './same.ts';
import { findHead } from './table-head.ts';
import { readTable } from './table-read.ts';
import { print } from './tree.ts';
import { writeJsonView, writeView } from './view/document.ts';
import { structureOf } from './view/structure.ts';
import { writeJson, writeRun } from './write.ts';

export const jsonCompressor: Compressor = {
  name: 'json',
  viewsFiles: 'recorded',

  claim(sample: Sample): number {
    return claimFor(sample.text);
  },

  compress(text: string, given: CompressOptions): Compressed | undefined {
    if (hasForm(text)) return undefined;
    if (isEditable(text, given.call)) return undefined;
    const regions = findRegions(text);
    const covered = regions.reduce((sum, { start, end }) => sum + end - start, 0);
    if (covered < text.length * MIN_COVERED_SHARE) return undefined;
    given.deadline.check();
    const isJson = given.responseFormat === 'json';
    const tokens = counting(text.length > LONG_CHARS ? estimating(given.tokens) : given.tokens);
    const options = { ...given, tokens, known: new Known() };
    const write = (): string => (isJson ? writeMinified(text, regions) : writeLossless(text, regions, options));
    const view = (): string | undefined => (isJson ? writeJsonView(text, options) : writeView(text, regions, options));
    if (options.level !== 'lossless') {
      // Of long texts the lossless form is hardly ever short enough, and takes its time.
      const long = text.length > VERY_LONG_CHARS && chooseForm({ source: text, lossless: undefined, view }, options);
      return long || chooseForm({ source: text, lossless: write(), view }, options);
    }
    const form = write();
    return isShorter(form, text, options) ? { text: form, loss: 'none' } : undefined;
  },

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

/** What looks like a form of ours already would be read back as one. */
function hasForm(text: string): boolean {
  return hasAliases(text) || hasMarker(text) || findHead(text, 0) >= 0;
}

/** A file longer than this is data, which nobody edits line by line. */
const MAX_EDITED_LINES = 400;
/** A line of JSON that people write: a key and its value, or brackets. */
const PRETTY_LINE = /^\s*(?:"(?:[^"\\]|\\.)*"\s*[:,]|"(?:[^"\\]|\\.)*"$|[{}[\],]+\s*$)/;

function isEditable(text: string, call: ToolCall | undefined): boolean {
  if (!showsFile(call)) return false;
  const lines = text.split('\n', MAX_EDITED_LINES + 1);
  if (lines.length < 2 || lines.length > MAX_EDITED_LINES) return false;
  return lines.filter((line) => PRETTY_LINE.test(line)).length * 2 > lines.length;
}

/** Where many characters are saved, tokens need no count. */
const CLEAR_SHARE = 0.8;

function isShorter(form: string, text: string, { tokens }: CompressOptions): boolean {
  if (form.length >= text.length) return false;
  return form.length < text.length * CLEAR_SHARE || tokens.count(form) < tokens.count(text);
}

function writeLossless(text: string, regions: readonly Region[], options: Options): string {
  const joined = spliced(text, regions, (region) => {
    options.deadline.check();
    return writeRegion(region, options);
  });
  const { form, legend } = addAliases(joined, '', options.tokens);
  return legend + form;
}

function writeMinified(text: string, regions: readonly Region[]): string {
  return spliced(text, regions, ({ kind, values }) => {
    const said = values.map((value) => print(value));
    return said.join(kind === 'items' ? ',' : '\n');
  });
}

function spliced(text: string, regions: readonly Region[], write: (region: Region) => string): string {
  let said = '';
  let at = 0;
  for (const region of regions) {
    said += text.slice(at, region.start) + write(region);
    at = region.end;
  }
  return said + text.slice(at);
}

function writeRegion({ kind, values }: Region, { level, tokens, deadline, known }: Options): string {
  const options = { tokens, deadline, keepsPaths: level !== 'lossless', known };
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
