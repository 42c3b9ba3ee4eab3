/**
 * Says JSON shorter without loss: lists of objects as tables, what is constant or follows a rule said once, the rest
 * minified. Text around the JSON stays as it is.
 */
import type { CompressOptions, Compressed, Compressor } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { addAliases, hasAliases, removeAliases } from './alias.ts';
import { hasMarker, readEmbedded } from './embedded.ts';
import { type Region, findRegions } from './find.ts';
import { sameJson } from './same.ts';
import { findHead } from './table-head.ts';
import { readTable } from './table-read.ts';
import { writeJson, writeRun } from './write.ts';

export const jsonCompressor: Compressor = {
  name: 'json',

  claim(sample: Sample): number {
    return claimFor(sample.text);
  },

  compress(text: string, options: CompressOptions): Compressed | undefined {
    if (hasForm(text)) return undefined;
    if (isEditable(text, options.call)) return undefined;
    const regions = findRegions(text);
    const covered = regions.reduce((sum, { start, end }) => sum + end - start, 0);
    if (covered < text.length * MIN_COVERED_SHARE) return undefined;
    const pieces: string[] = [];
    const gaps: string[] = [];
    let at = 0;
    for (const region of regions) {
      options.deadline.check();
      gaps.push(text.slice(at, region.start));
      pieces.push(writeRegion(region, options));
      at = region.end;
    }
    gaps.push(text.slice(at));
    const joined = gaps.map((gap, index) => gap + (pieces[index] ?? '')).join('');
    const { form, legend } = addAliases(joined, '', options.tokens);
    const short = legend + form;
    return short.length < text.length ? { text: short, loss: 'none' } : undefined;
  },

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

/** Other text with a little JSON in it (source code, say) is left alone. */
const MIN_COVERED_SHARE = 0.5;

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

function writeRegion({ kind, values }: Region, options: CompressOptions): string {
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

const FENCED = /```(?:json|JSON)?\s*\n\s*[{[]/;

function claimFor(text: string): number {
  const trimmed = text.trim();
  const first = trimmed.charAt(0);
  if (first === '{' || first === '[') {
    const last = trimmed.at(-1);
    return (last === '}' || last === ']') && /^[{[]\s*["{[}\]\-0-9tfn]/.test(trimmed) ? 0.95 : 0.7;
  }
  if (FENCED.test(text)) return 0.8;
  const inside = /[{[]\s*[{"]/.exec(text);
  if (!inside) return 0;
  const last = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  return (last - inside.index) * 2 > text.length ? 0.6 : 0;
}
