/**
 * Says JSON shorter without loss: lists of objects as tables, what is constant or follows a rule said once, the rest
 * minified. Text around the JSON stays as it is.
 */
import type { CompressOptions, Compressed, Compressor } from '../../core/compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { addAliases, hasAliases, removeAliases } from './alias.ts';
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
    const regions = findRegions(text);
    const covered = regions.reduce((sum, { start, end }) => sum + end - start, 0);
    if (covered < text.length * MIN_COVERED_SHARE || hasAliases(text)) return undefined;
    const pieces: string[] = [];
    const gaps: string[] = [];
    let at = 0;
    for (const region of regions) {
      gaps.push(text.slice(at, region.start));
      pieces.push(writeRegion(region, options));
      at = region.end;
    }
    gaps.push(text.slice(at));
    // What looks like a table of ours already would be read back as one.
    if (gaps.some((gap) => findHead(gap, 0) >= 0)) return undefined;
    const joined = gaps.map((gap, index) => gap + (pieces[index] ?? '')).join('');
    const { form, legend } = addAliases(joined, '', options.tokens);
    const short = legend + form;
    return short.length < text.length ? { text: short, loss: 'none' } : undefined;
  },

  expand(text: string): string | undefined {
    const plain = removeAliases(text);
    try {
      const read = readTables(plain ?? text);
      // Minified JSON is its own original, but for white space.
      return read ?? plain ?? (findRegions(text, 0).length > 0 ? text : undefined);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  },

  same: sameJson,
};

/** Other text with a little JSON in it (source code, say) is left alone. */
const MIN_COVERED_SHARE = 0.5;

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
