/** How surely a text is XML that a program printed: by how it begins, which no page and no template does. */
import type { Sample } from '../../core/sample.ts';

const SEEN = 8192;
const START =
  /^\ufeff?(?:<\?xml\s[^>]{0,200}>|<!--(?:(?!-->)[\s\S]){0,2000}-->|<!DOCTYPE (?!html)[^>[]{0,300}>|\s)*<([A-Za-z_][\w:.-]*)[\s>]/i;
const PAGE = /<!doctype html|<html[\s>]/i;
const TAG = /<\/?[A-Za-z_][\w:.-]*(?:\s[^<>]*)?\/?>/g;
/** Outermost elements of pages' fragments and of components: the kind for pages knows them, or nobody. */
const MARKUP =
  /^(?:a|article|aside|body|button|div|form|h[1-6]|head|header|footer|img|input|li|main|nav|ol|p|pre|script|section|span|style|table|tbody|td|template|tr|ul)$/i;
const PLACES = /\{\{|\{%|<%|<\?php|\$\{[^}]*\}\s*<\/(?!artifactId|version)|v-if=|v-for=|\*ngFor|className=|=\{/;
const DECLARED = /^\ufeff?\s*<\?xml\s/;
const SURE = 0.95;
const LIKELY = 0.9;
/** Parts of it may be of other kinds, which look surer: logs that a test printed. */
const WHOLE = 0.996;
const MIN_TAGS = 8;
const REPORT = /^testsuites?$/;

function rootOf(start: string): string | undefined {
  return START.exec(start)?.[1];
}

/** Whether the outermost element ends where the text does. */
function isWhole(text: string, root: string): boolean {
  return text.slice(-200).trimEnd().endsWith(`</${root}>`);
}

export function claimForReport({ text }: Sample): number {
  const start = text.slice(0, SEEN);
  const root = rootOf(start) ?? '';
  if (!REPORT.test(root) || !/<testcase\s|\btests="/.test(start)) return 0;
  return isWhole(text, root) ? WHOLE : SURE;
}

export function claimFor({ text }: Sample): number {
  const start = text.slice(0, SEEN);
  const root = rootOf(start);
  if (root === undefined || MARKUP.test(root) || PAGE.test(start.slice(0, 2000))) return 0;
  if (DECLARED.test(start)) return isWhole(text, root) ? WHOLE - 0.001 : SURE;
  if (PLACES.test(start)) return 0;
  const tags = start.match(TAG) ?? [];
  return tags.length >= MIN_TAGS && isWhole(text, root) ? LIKELY : 0;
}
