/**
 * The lossless form: each page in the text as a line that says how it was printed, the shapes that come again, and its
 * elements, one a line or one part of a shape a line. What stands around pages stays as it is.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type ReadShape, cellsOf, fillShape, readShape } from '../../core/shape.ts';
import type { Dialect } from './dialect.ts';
import { dialectNamed } from './dialects/index.ts';
import { type Element, countRoles } from './element.ts';
import { depthOfRaw, readElements, TWO } from './read.ts';
import { type Region, findRegions, isPage } from './regions.ts';
import { MAX_COUNTED, type Page, type Shapes, findShapes } from './shapes.ts';
import {
  ECHO,
  ElementReader,
  POINTER,
  SIGNS,
  type Wording,
  canEcho,
  canHaveRef,
  commonOrigin,
  findGaps,
  findNames,
  findSigns,
  isUnnamed,
  reflessRoles,
  spellElement,
} from './spell.ts';

const HEAD_START = '[headroom: page of ';
const HEAD =
  /^\[headroom: page of (\d{1,7}) lines as ([\w-]+) prints them, said in the next (\d{1,7})( ending in CRLF)?; ([^\]]*)\]$/;
const FACTS_APART = '; ';
const NO_REFS = 'no refs';
const REFLESS = 'without refs: ';
const ORIGIN = '~ is ';
const SHAPED = 'A a';
const ECHOES = `${ECHO} is the name before`;
const TEXT = 'text';
const UNNAMED = 'no name stands for an empty one';
const IS = ' is ';
/** What lines of a page are indented by, as the head says it where it is not two blanks. */
const INDENTS: ReadonlyMap<string, string> = new Map([
  ['indented by 4', '    '],
  ['indented by 1', ' '],
  ['indented by tabs', '\t'],
]);
/** A page that is not this much shorter stays as it is. */
const MIN_SAVING = 0.95;
/** Lines that a damaged form may ask for. */
const MAX_LINES = 2_000_000;

export interface FoundPage extends Page {
  readonly region: Region;
}

export function findPages(lines: readonly string[], deadline: Deadline): readonly FoundPage[] {
  const pages: FoundPage[] = [];
  for (const region of findRegions(lines, deadline)) {
    deadline.check();
    const { start, end, dialect, indent } = region;
    const elements = readElements(lines.slice(start, end), dialect, indent);
    const byRole = countRoles(elements);
    if (!isPage(elements, byRole, dialect)) continue;
    const hasRefs = elements.some(({ ref }) => ref !== undefined);
    const refless = hasRefs ? reflessRoles(byRole, dialect) : new Set<string>();
    const wording: Wording = {
      dialect,
      indent,
      hasRefs,
      refless,
      origin: commonOrigin(elements),
      echoes: canEcho(elements),
      unnamed: isUnnamed(elements),
      signs: findSigns(elements),
    };
    pages.push({ region, elements, gaps: findGaps(elements, dialect), names: findNames(elements), wording });
  }
  return pages;
}

export function hasOwnHead(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith(HEAD_START) && HEAD.test(line));
}

function factsOf({ elements, wording }: Page, { shapes, separator }: Shapes): readonly string[] {
  const { dialect, hasRefs, refless, origin, indent, echoes, unnamed, signs } = wording;
  const facts = [hasRefs ? 'role "name" ref, a ref unsaid is the one before plus 1, +2 plus 2' : NO_REFS];
  const isWithout = ({ raw, ref, role }: Element): boolean =>
    raw === undefined && ref === undefined && canHaveRef(role, wording);
  if (elements.some(isWithout)) facts.push('- is no ref');
  if (refless.size > 0) facts.push(REFLESS + [...refless].join(' '));
  for (const [fact, own] of INDENTS) if (own === indent) facts.push(fact);
  if (unnamed) facts.push(UNNAMED);
  if (dialect.textRole !== TEXT) facts.push(`a name alone is ${dialect.textRole}`);
  if (echoes) facts.push(ECHOES);
  if (elements.some(({ isPointer }) => isPointer)) facts.push(`${POINTER}${IS}${dialect.pointer ?? ''}`);
  for (const [sign, states] of signs) facts.push(`${sign}${IS}${states.trimStart()}`);
  if (elements.some(({ url }) => url !== undefined)) facts.push('@ is before the url');
  if (origin !== undefined) facts.push(ORIGIN + origin);
  const usual = shapes.some(({ columns }) => columns.some((column) => column.usual !== undefined));
  if (shapes.length > 0)
    facts.push(`${SHAPED}${separator}b is shape A, {1} a and {2} b${usual ? ', {3=c} c where nothing is said' : ''}`);
  return facts;
}

function writePage(page: FoundPage, crlf: boolean, deadline: Deadline): readonly string[] {
  const shapes = findShapes(page, deadline);
  const said = [...shapeLines(shapes), ...elementLines(page, shapes)];
  const { start, end, dialect } = page.region;
  const head = `${HEAD_START}${end - start} lines as ${dialect.name} prints them, said in the next ${said.length}${crlf ? ' ending in CRLF' : ''}; ${factsOf(page, shapes).join(FACTS_APART)}]`;
  return [head, ...said];
}

function shapeLines({ shapes }: Shapes): readonly string[] {
  if (shapes.length === 0) return [];
  const said = shapes.flatMap(({ letter, lines }) => lines.map((line, i) => (i === 0 ? `${letter}: ${line}` : line)));
  return [...said, ''];
}

function elementLines(
  { elements, gaps, names, wording }: Page,
  { instances, separator, ends }: Shapes,
): readonly string[] {
  const said: string[] = [];
  let row = 0;
  for (let i = 0; i < elements.length; ) {
    const element = elements[i]!;
    const part = instances.get(i);
    if (part) {
      const { shape, at } = part;
      const cells = cellsOf(shape.columns, at).join(separator);
      said.push(`${' '.repeat(element.depth)}${shape.letter}${cells === '' ? '' : ` ${cells}`}`);
      row = 0;
      i = ends[i]!;
    } else {
      const gap = gaps[i] === 1 && row < MAX_COUNTED ? 1 : 0;
      if (element.ref !== undefined) row = gap > 0 ? row + 1 : 0;
      said.push(spellElement(element, { gap, nameBefore: names[i] }, wording));
      i++;
    }
  }
  return said;
}

/** Undefined when nothing in the text is shorter so. */
export function writeForm(
  lines: readonly string[],
  crlf: boolean,
  pages: readonly FoundPage[],
  deadline: Deadline,
): string | undefined {
  if (hasOwnHead(lines)) return undefined;
  const out: string[] = [];
  let at = 0;
  let isShorter = false;
  for (const page of pages) {
    const { start, end } = page.region;
    const block = writePage(page, crlf, deadline);
    const source = lines.slice(start, end);
    for (const line of lines.slice(at, start)) out.push(line);
    const saves = lengthOf(block) < lengthOf(source) * MIN_SAVING;
    for (const line of saves ? block : source) out.push(line);
    isShorter ||= saves;
    at = end;
  }
  for (const line of lines.slice(at)) out.push(line);
  return isShorter ? out.join('\n') : undefined;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

const SHAPE = /^([A-Z]): /;
const PART = /^( *)([A-Z])(?: |$)/;

/** What the head of a form says of its page. */
interface Head {
  readonly lines: number;
  readonly wording: Wording;
  readonly separator: string;
}

function readHead(head: RegExpExecArray): Head | undefined {
  const dialect: Dialect | undefined = dialectNamed(head[2]!);
  if (!dialect) return undefined;
  const facts = head[5]!.split(FACTS_APART);
  const origin = facts.find((fact) => fact.startsWith(ORIGIN))?.slice(ORIGIN.length);
  const separator = facts.find((fact) => fact.startsWith(SHAPED))?.[SHAPED.length] ?? '';
  const indent = [...INDENTS].find(([fact]) => facts.includes(fact))?.[1] ?? TWO;
  const refless = new Set(
    facts
      .find((fact) => fact.startsWith(REFLESS))
      ?.slice(REFLESS.length)
      .split(' '),
  );
  const wording: Wording = {
    dialect,
    indent,
    refless,
    hasRefs: !facts.includes(NO_REFS),
    origin,
    echoes: facts.includes(ECHOES),
    unnamed: facts.includes(UNNAMED),
    signs: readSigns(facts),
  };
  return { lines: Number(head[1]), wording, separator };
}

function readSigns(facts: readonly string[]): ReadonlyMap<string, string> {
  const signs = new Map<string, string>();
  for (const fact of facts) {
    const sign = SIGNS.find((one) => fact.startsWith(one + IS));
    if (sign === undefined) continue;
    const states = fact.slice(sign.length + IS.length);
    signs.set(sign, states.startsWith(',') ? states : ` ${states}`);
  }
  return signs;
}

/** The shapes that lines begin with, up to an empty line; none where they begin with elements. */
function readShapes(said: readonly string[]): { shapes: ReadonlyMap<string, ReadShape>; end: number } {
  const lines = new Map<string, string[]>();
  if (!SHAPE.test(said[0] ?? '')) return { shapes: new Map(), end: 0 };
  let open: string[] = [];
  let i = 0;
  for (; i < said.length && said[i] !== ''; i++) {
    const letter = SHAPE.exec(said[i]!)?.[1];
    if (letter === undefined) open.push(said[i]!);
    else lines.set(letter, (open = [said[i]!.slice(3)]));
  }
  const shapes = new Map([...lines].map(([letter, own]) => [letter, readShape(own)]));
  return { shapes, end: i + 1 };
}

/** The elements that the lines under a head say; undefined when they are damaged. */
function readSaid(said: readonly string[], { wording, separator, lines: limit }: Head): readonly Element[] | undefined {
  const { shapes, end } = readShapes(said);
  const reader = new ElementReader(wording);
  const elements: Element[] = [];
  const add = (line: string, depth: number): boolean => {
    const element = reader.read(line);
    if (!element) return false;
    element.depth += depth;
    elements.push(element);
    return elements.length <= limit;
  };
  for (const line of said.slice(end)) {
    const part = PART.exec(line);
    if (!part) {
      if (!add(line, 0)) return undefined;
      continue;
    }
    const shape = shapes.get(part[2]!);
    const filled = shape && fillShape(shape, line.slice(part[0].length).split(separator));
    if (!filled?.every((one) => add(one, part[1]!.length))) return undefined;
  }
  return elements;
}

/** The lines of a page; undefined when the form is damaged. */
function readBlock(head: RegExpExecArray, said: readonly string[]): readonly string[] | undefined {
  const known = readHead(head);
  if (!known || known.lines > MAX_LINES) return undefined;
  const elements = readSaid(said, known);
  if (!elements) return undefined;
  const { dialect, indent } = known.wording;
  const out: string[] = [];
  let nextDepth = 0;
  for (let i = elements.length - 1; i >= 0; i--) {
    const element = elements[i]!;
    if (element.raw !== undefined) {
      out.push(element.raw);
      nextDepth = depthOfRaw(element.raw, indent) ?? nextDepth;
    } else {
      const printed = dialect.print(element, nextDepth > element.depth, indent);
      if (element.url !== undefined && dialect.urlsBelow)
        for (const line of printed.split('\n').reverse()) out.push(line);
      else out.push(printed);
      nextDepth = element.depth;
    }
  }
  return out.length === known.lines ? out.reverse() : undefined;
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string): string | undefined {
  if (!text.includes(HEAD_START)) return undefined;
  const lines = text.split('\n');
  const out: string[] = [];
  let crlf: boolean | undefined;
  for (let i = 0; i < lines.length; i++) {
    const head = HEAD.exec(lines[i]!);
    if (!head) {
      out.push(lines[i]!);
      continue;
    }
    const count = Number(head[3]);
    if (count > lines.length - i - 1) return undefined;
    const block = readBlock(head, lines.slice(i + 1, i + 1 + count));
    const isCrlf = head[4] !== undefined;
    if (!block || (crlf !== undefined && crlf !== isCrlf)) return undefined;
    for (const line of block) out.push(line);
    crlf = isCrlf;
    i += count;
  }
  return crlf === undefined ? undefined : out.join(crlf ? '\r\n' : '\n');
}
