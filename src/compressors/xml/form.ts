/** The lossless form: a line that says how to read it, then the document as JSON. */
import type { Read } from './read.ts';
import { IN_LINE, isEntries, type Layout, type Node, type Style } from './style.ts';
import { writeXml } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,9}) characters of XML as JSON; @a is attribute a, # text beside attributes(?:, ~ empty lines)?(?:, ! a comment)?(?:, a#2 again a)?(?:, \* children in order)?; (laid out [^\]]{1,1000}?)(; closing " \/>")?(; CRLF)?\]$/;
const MAX_HEAD = 1500;
const LAYOUT = /^(?:by (\d{1,2})( tabs?)?|(in line))$/;
const EXCEPTION = /^(\S+) (.*)$/;

function sayLayout(layout: Layout): string | undefined {
  if (layout === IN_LINE) return IN_LINE;
  if (/^ *$/.test(layout)) return `by ${layout.length}`;
  return /^\t+$/.test(layout) ? `by ${layout.length} ${layout.length === 1 ? 'tab' : 'tabs'}` : undefined;
}

function readLayout(said: string): Layout | undefined {
  const match = LAYOUT.exec(said);
  if (!match) return undefined;
  return match[3] === undefined ? (match[2] === undefined ? ' ' : '\t').repeat(Number(match[1])) : IN_LINE;
}

function headFor(
  { layout, exceptions, closing }: Style,
  spelled: string,
  count: number,
  isCrlf: boolean,
): string | undefined {
  const usual = sayLayout(layout);
  const others = [...exceptions].map(([name, own]) => ({ name, own: sayLayout(own) }));
  if (usual === undefined || others.some(({ own }) => own === undefined)) return undefined;
  const said = [usual, ...others.map(({ name, own }) => `${name} ${own}`)].join(', ');
  const signs = [
    holds(spelled, '~', /"~/y) ? ', ~ empty lines' : '',
    holds(spelled, '!', /"!/y) ? ', ! a comment' : '',
    holds(spelled, '#', /.#\d+":/y) ? ', a#2 again a' : '',
    holds(spelled, '*', /"\*":/y) ? ', * children in order' : '',
  ].join('');
  return `[headroom: ${count} characters of XML as JSON; @a is attribute a, # text beside attributes${signs}; laid out ${said}${closing === ' />' ? '; closing " />"' : ''}${isCrlf ? '; CRLF' : ''}]`;
}

/** @param pattern matches where that sign is the second of what is looked for: there are far fewer of it than quotes. */
function holds(spelled: string, sign: string, pattern: RegExp): boolean {
  for (let at = spelled.indexOf(sign, 1); at >= 0; at = spelled.indexOf(sign, at + 1)) {
    pattern.lastIndex = at - 1;
    if (pattern.test(spelled)) return true;
  }
  return false;
}

/** @param say says JSON shorter. Undefined when the layout cannot be said. */
export function writeForm(
  { document, style }: Read,
  source: string,
  say: (json: string) => string | undefined,
): string | undefined {
  const spelled = JSON.stringify(document);
  const head = headFor(style, spelled, source.length, source.includes('\r'));
  return head === undefined ? undefined : `${head}\n${say(spelled) ?? spelled}`;
}

function readStyle(said: string, closing: Style['closing']): Style | undefined {
  const [usual = '', ...others] = said.slice('laid out '.length).split(', ');
  const layout = readLayout(usual);
  const exceptions = new Map<string, Layout>();
  for (const other of others) {
    const [, name = '', own = ''] = EXCEPTION.exec(other) ?? [];
    const layout = readLayout(own);
    if (layout === undefined) return undefined;
    exceptions.set(name, layout);
  }
  return layout === undefined ? undefined : { layout, exceptions, closing };
}

/** What stands in a form, as JSON has it. @throws Error for a damaged one. */
export type ReadNode = (said: string) => Node;

/** The source; undefined when the text is no such form or a damaged one. */
export function readForm(text: string, readNode: ReadNode): string | undefined {
  const end = text.indexOf('\n');
  const head = end < 0 || end > MAX_HEAD ? null : HEAD.exec(text.slice(0, end));
  const style = head && readStyle(head[2]!, head[3] === undefined ? '/>' : ' />');
  if (!style) return undefined;
  try {
    const document = readNode(text.slice(end + 1));
    if (!isEntries(document)) return undefined;
    const plain = writeXml(document, style);
    const source = head[4] === undefined ? plain : plain.replaceAll('\n', '\r\n');
    return source.length === Number(head[1]) ? source : undefined;
  } catch {
    // Damaged JSON, or no document that was read from XML.
    return undefined;
  }
}
