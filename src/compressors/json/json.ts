/**
 * Says JSON shorter without loss: lists of objects as tables, what is constant or follows a rule said once, the rest
 * minified. Text around the JSON stays as it is.
 */
import type { CompressOptions, Compressed, Compressor } from '../../core/compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { findRegions } from './find.ts';
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
    if (regions.length === 0) return undefined;
    let form = '';
    let at = 0;
    for (const { kind, start, end, values } of regions) {
      const gap = text.slice(at, start);
      // What looks like a table of ours already would be read back as one.
      if (findHead(gap, 0) >= 0) return undefined;
      form += gap + (kind === 'value' ? writeJson(values[0]!, options) : writeRun(values, kind === 'lines' ? 'JSON lines' : 'items', options));
      at = end;
    }
    const tail = text.slice(at);
    if (findHead(tail, 0) >= 0) return undefined;
    form += tail;
    return form.length < text.length ? { text: form, loss: 'none' } : undefined;
  },

  expand(text: string): string | undefined {
    let expanded = '';
    let at = 0;
    try {
      for (let head = findHead(text, 0); head >= 0; head = findHead(text, at)) {
        const { json, end } = readTable(text, head);
        expanded += text.slice(at, head) + json;
        at = end;
      }
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
    // Minified JSON is its own original, but for white space.
    return at > 0 || findRegions(text).length > 0 ? expanded + text.slice(at) : undefined;
  },

  same: sameJson,
};

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
