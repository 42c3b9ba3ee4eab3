/** Where pages stand in a text, and whether what looks like one is one: by refs, or by roles that only pages have. */
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect } from './dialect.ts';
import { dialects } from './dialects/index.ts';
import type { Element, RoleCounts } from './element.ts';
import { indentOf } from './read.ts';

const MIN_LINES = 6;
const LINES_PER_CHECK = 1024;

/** Lines from `start` up to, not including, `end`. */
export interface Region {
  readonly start: number;
  end: number;
  readonly dialect: Dialect;
  readonly indent: string;
}

/** Where lines of one dialect follow each other. */
export function findRegions(lines: readonly string[], deadline: Deadline): readonly Region[] {
  const found: Region[] = [];
  let open: Region | undefined;
  for (let i = 0; i < lines.length; i++) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const line = lines[i]!;
    if (open && i - open.end <= open.dialect.maxGap) {
      if (open.dialect.shape.test(line)) open.end = i + 1;
      continue;
    }
    const dialect = dialects.find((one) => one.shape.test(line) && mayBegin(one, line));
    if (!dialect) continue;
    if (open) found.push(open);
    open = { start: i, end: i + 1, dialect, indent: '' };
  }
  if (open) found.push(open);
  return found.filter(({ start, end }) => end - start >= MIN_LINES).map((region) => settled(region, lines));
}

/** What a region shows of itself only as a whole. */
function settled({ start, end, dialect }: Region, lines: readonly string[]): Region {
  const own = lines.slice(start, end);
  return { start, end, dialect: dialect.variantOf?.(own) ?? dialect, indent: indentOf(own) };
}

/** Lines before a page may look like elements, but hardly with names or handles. */
function mayBegin(dialect: Dialect, line: string): boolean {
  const read = dialect.read(line.trimStart(), ' ');
  return read !== undefined && (read.ref !== undefined || read.name !== undefined || ROLE.test(read.role));
}

/** Roles as browsers name them: of pages printed without refs only these are believed. */
const ROLE =
  /^(?:alert|alertdialog|application|article|banner|blockquote|button|caption|cell|checkbox|code|columnheader|combobox|complementary|contentinfo|definition|deletion|dialog|directory|document|emphasis|feed|figure|form|generic|grid|gridcell|group|heading|iframe|img|image|insertion|link|list|listbox|listitem|log|main|mark|marquee|math|menu|menubar|menuitem|menuitemcheckbox|menuitemradio|meter|navigation|none|note|option|paragraph|presentation|progressbar|radio|radiogroup|region|row|rowgroup|rowheader|scrollbar|search|searchbox|separator|slider|spinbutton|status|strong|subscript|superscript|switch|tab|table|tablist|tabpanel|term|text|textbox|time|timer|toolbar|tooltip|tree|treegrid|treeitem|gridcell|StaticText|InlineTextBox|LineBreak|ListMarker|RootWebArea|WebArea|Section|Iframe|LabelText|Legend|Details|DisclosureTriangle|SvgRoot|Canvas|Video|Audio|Abbr|Ruby|Pre|Figcaption|DescriptionList\w*|LayoutTable\w*|MenuList\w*|\w+AsNonLandmark|scrollable|\/url|\/placeholder|\/children)$/;
const MIN_ELEMENT_SHARE = 0.8;
const MIN_ROLE_SHARE = 0.95;
/** Of a page without refs: names in quotes, which lists that people write do not put behind one word. */
const MIN_NAME_SHARE = 0.2;

/** Whether these are elements of a page. */
export function isPage(elements: readonly Element[], byRole: RoleCounts, dialect: Dialect): boolean {
  const { minRefShare, minRoleShare } = dialect;
  let [own, refs, roles] = [0, 0, 0];
  for (const [role, { count, withRef }] of byRole) {
    own += count;
    refs += withRef;
    if (ROLE.test(role)) roles += count;
  }
  if (own < elements.length * MIN_ELEMENT_SHARE) return false;
  if (refs >= own * minRefShare && roles >= own * minRoleShare) return true;
  const names = elements.filter(({ raw, name }) => raw === undefined && name !== undefined).length;
  return roles >= own * MIN_ROLE_SHARE && names >= own * MIN_NAME_SHARE;
}
