/** Roles with a ref in brackets and attributes as HTML has them: `link "Home" [ref_1] href="/"`, as Claude in Chrome prints them. */
import { type Dialect, NAME_SHAPES, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const ATTRIBUTES = '(?: (?!href=)[a-z][\\w-]*="[^"]*"| \\([a-z]+\\))*';
const LINE = new RegExp(
  `^([A-Za-z][\\w-]*)(?: (${NAME_SHAPES.escaped}))?(?: \\[(ref_\\d+)\\])?(${ATTRIBUTES})(?: href="(\\S*?)"(${ATTRIBUTES}))?$`,
);

function readLine(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  const match = place && LINE.exec(line.slice(place.at));
  if (!match || (match[3] === undefined && match[2] === undefined)) return undefined;
  return elementOf({
    depth: place.depth,
    role: match[1]!,
    name: match[2]?.slice(1, -1),
    ref: match[3],
    after: match[4]!,
    url: match[5],
    tail: match[6] ?? '',
  });
}

export const refTags: Dialect = {
  ...USUAL,
  name: 'read_page',
  ref: 'ref_\\d+',
  names: 'escaped',
  after: ATTRIBUTES,
  minRoleShare: 0.5,
  shape: /^ *[A-Za-z][\w-]*(?: ".*")? \[ref_\d|^ *option "/,
  plain: / type="(?:button|submit|text)"/g,
  read: readLine,
  print({ depth, ref, role, name, after, url, tail }: Element, _hasChildren: boolean, indent: string): string {
    const named = name === undefined ? '' : ` "${name}"`;
    const handle = ref === undefined ? '' : ` [${ref}]`;
    const address = url === undefined ? '' : ` href="${url}"`;
    return `${indent.repeat(depth)}${role}${named}${handle}${after}${address}${tail}`;
  },
};
