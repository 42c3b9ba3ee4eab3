/**
 * YAML that a program printed (lists of cluster objects, rendered charts), not a file that is shown: lossless, as the
 * JSON of it in its shortest spelling, where things that are alike make that much shorter.
 */
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { chooseForm } from '../../core/choose-form.ts';
import { isAtLeast } from '../../core/enough.ts';
import { readJsonWith } from '../../core/json-compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { type ReadNode, readForm, writeForm } from './form.ts';
import type { Node } from './style.ts';

const CLAIM = 0.65;
const MIN_SHARE = 0.9;
const MIN_ENTRIES = 6;
const LINE = /^\s*(?:- )?(?:[\w./$-]+|"[^"]*"|'[^']*'):(?: \S.*)?$|^\s*- \S|^---$|^\s*#|^$/;
const ENTRY = /^\s*(?:- )?[\w./$"'-]+:(?: |$)/;
const NESTED = /^(?: {2,}|- )[\w./$"'-]+:/;
/** What is read more easily as YAML stays so, unless much is saved. */
const MAX_SHARE = 0.7;

function claim(sample: Sample): number {
  const { head, text } = sample;
  if (/^\s*[{[<]/.test(text.slice(0, 200))) return 0;
  const lines = head.length > 4 ? head.slice(0, -1) : head;
  if (!isAtLeast(lines, MIN_SHARE, (line) => LINE.test(line))) return 0;
  const entries = lines.filter((line) => ENTRY.test(line)).length;
  return entries >= MIN_ENTRIES && entries >= lines.length / 3 && lines.some((line) => NESTED.test(line)) ? CLAIM : 0;
}

/** @param json says JSON shorter without loss. */
export function yamlCompressor(json: Compressor): Compressor {
  const readJson = readJsonWith(json);
  const readNode: ReadNode = (said) => JSON.parse(readJson(said)) as Node;
  return {
    name: 'yaml',
    highestClaim: CLAIM,
    claim,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (showsFile(options.call) || text.includes('\r')) return undefined;
      const form = writeForm(text, json, options);
      const lossless = form && form.text.length < text.length * MAX_SHARE ? form.text : undefined;
      return chooseForm({ source: text, lossless, readsBack: form?.readsBack }, options);
    },
    expand: (text: string) => readForm(text, readNode),
    same: (source: string, expanded: string) => source === expanded,
  };
}
