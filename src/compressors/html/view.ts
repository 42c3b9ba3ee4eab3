/** The view of a page: what it says to a reader, with its title, and the addresses that its text leads to at the end. */
import type { Deadline } from '../../core/deadline.ts';
import { PageText } from './text.ts';
import { type Element, type Page, collapse, find, lineText, parsePage } from './tree.ts';

/** Undefined when there is nothing to read in it. */
export function writeView(source: string, deadline: Deadline): string | undefined {
  const start = startOf(source);
  const page = parsePage(source.slice(start), deadline);
  if (!page) return undefined;
  const text = new PageText(deadline, page.root.textLength);
  text.walk(page.root, false);
  text.writer.endLine();
  const body = text.writer.lines;
  if (body.length === 0) return undefined;
  const end = isCut(source) ? ['[The source ends before the end of the page]'] : [];
  return [source.slice(0, start) + headOf(page), ...titleOf(page.root), ...body, ...end, ...text.links.write()].join(
    '\n',
  );
}

function headOf({ unseen }: Page): string {
  const counts = [...unseen].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`);
  const left = counts.length > 0 ? `; left out: ${counts.join(', ')}, all other attributes` : '';
  return `[headroom: HTML page as text; [text][n] is a link to address n${left}]`;
}

function titleOf(root: Element): readonly string[] {
  const head = find(root, 'head');
  const title = head && find(head, 'title');
  const out = title ? [`Title: ${lineText(title)}`] : [];
  for (const child of head?.children ?? []) {
    if (typeof child === 'string') continue;
    const { attributes } = child;
    const content = collapse(attributes['content'] ?? '').trim();
    if (attributes['name'] === 'description' && content !== '') out.push(`Description: ${content}`);
    if (attributes['rel'] === 'canonical' && attributes['href']) out.push(`Address: ${attributes['href']}`);
  }
  return out;
}

function isCut(source: string): boolean {
  return /<html[\s>]/i.test(source.slice(0, 4096)) && !/<\/(?:html|body)\s*>/i.test(source.slice(-4096));
}

/** What a program said before the page stays as it is. */
function startOf(source: string): number {
  const match = /^[ \t]*<(?:!doctype html|html[\s>])/im.exec(source.slice(0, 8192));
  return match?.index ?? 0;
}
