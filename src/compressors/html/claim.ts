/** How surely a text is XML or a page that a browser would show, not the source of one that somebody edits. */
import type { Sample } from '../../core/sample.ts';

export const PAGE_CLAIM = 0.92;
const PAGE = /<!doctype html|<html[\s>]/i;
const TAG =
  /<\/?(?:div|p|a|span|ul|ol|li|table|tr|td|th|h[1-6]|section|article|nav|main|body|head|meta|link|script|form|img|pre|dl|dt|dd)\b[^<>]*>/gi;
/** Places that a program fills in: this is a template. */
const TEMPLATE = /\{\{|\{%|<%|<\?php|\$\{|v-for=|\*ngFor|className=/g;
/** Signs of Markdown, which may hold much HTML too. */
const MARKDOWN = /^(?:#{1,6} \S|```|[-*] \S|!?\[[^\]]*\]\()/gm;
const MAX_BEFORE = 2000;
const MIN_TAGS = 12;
const XML =
  /^\ufeff?\s*<(?:\?xml |rss[\s>]|feed[\s>]|urlset[\s>]|testsuites?[\s>]|soap(?:env)?:|project[\s>]|manifest[\s>])/i;

/** Data or a feed, not a page; XHTML is a page. */
export function isXml(text: string): boolean {
  return XML.test(text.slice(0, 200)) && !PAGE.test(text.slice(0, MAX_BEFORE));
}

export function claimFor(sample: Sample): number {
  const { text } = sample;
  const start = text.slice(0, 8192);
  if (!start.includes('<') || (start.match(TEMPLATE)?.length ?? 0) > 2) return 0;
  const page = PAGE.exec(start);
  if (page && page.index <= MAX_BEFORE && isAtLineStart(start, page.index)) return PAGE_CLAIM;
  if (isXml(start)) return 0.85;
  if (!/^\s*<[a-z!]/i.test(start) || (start.match(MARKDOWN)?.length ?? 0) > 2) return 0;
  const tags = start.match(TAG) ?? [];
  const length = tags.reduce((sum, tag) => sum + tag.length, 0);
  return tags.length >= MIN_TAGS && length > start.length * 0.2 ? 0.8 : 0;
}

/** What a tool may say before its result in the same line. */
const LABEL = /^\s*(?:[A-Za-z][\w ]{0,20}:\s*)?$/;

function isAtLineStart(text: string, at: number): boolean {
  return LABEL.test(text.slice(text.lastIndexOf('\n', at) + 1, at));
}
