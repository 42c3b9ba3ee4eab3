/** Lines with `uid=1_12`, as the tools of Chrome print them. */
import { type Dialect, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const WORD = '[A-Za-z][\\w-]*(?:="[^"]*")?';
const UID = new RegExp(
  `^ *uid=(\\d+_\\d+) ([A-Za-z][\\w-]+)(?: "([^"]*)")?((?: (?!url=)${WORD})*)(?: url="(\\S*?)"((?: ${WORD})*))?$`,
);

function readUid(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  const match = place && UID.exec(line);
  if (!match) return undefined;
  return elementOf({
    depth: place.depth,
    role: match[2]!,
    name: match[3],
    ref: match[1],
    after: match[4]!,
    url: match[5],
    tail: match[6] ?? '',
  });
}

export const uids: Dialect = {
  ...USUAL,
  name: 'DevTools',
  ref: '\\d+_\\d+',
  after: `(?: ${WORD})*`,
  shape: /^ *uid=\d/,
  read: readUid,
  print({ depth, ref, role, name, after, url, tail }: Element, _hasChildren: boolean, indent: string): string {
    const named = name === undefined ? '' : ` "${name}"`;
    const address = url === undefined ? '' : ` url="${url}"`;
    return `${indent.repeat(depth)}uid=${ref} ${role}${named}${after}${address}${tail}`;
  },
};
