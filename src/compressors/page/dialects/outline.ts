/** Outlines with an id before each role and a name behind a colon: `[12] button: "Save"`, `[0-12] button: Save`. */
import { type Dialect, NAME_SHAPES, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const LINE = new RegExp(`^\\[(\\d+(?:-\\d+)?)\\] ([A-Za-z][\\w-]*)(?:: (?:(${NAME_SHAPES.double})|([^\\s"].*)))?$`);

function readLine(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  const match = place && LINE.exec(line.slice(place.at));
  if (!match) return undefined;
  return elementOf({
    depth: place.depth,
    role: match[2]!,
    name: match[3]?.slice(1, -1),
    ref: match[1],
    value: match[4],
  });
}

export const outline: Dialect = {
  ...USUAL,
  name: 'Outline',
  ref: '\\d+(?:-\\d+)?',
  textRole: 'StaticText',
  minRoleShare: 0.6,
  shape: /^ *\[\d+(?:-\d+)?\] [A-Za-z][\w-]*(?:: |$)/,
  read: readLine,
  print({ depth, ref, role, name, value }: Element, _hasChildren: boolean, indent: string): string {
    const said = name === undefined ? value : `"${name}"`;
    return `${indent.repeat(depth)}[${ref!}] ${role}${said === undefined ? '' : `: ${said}`}`;
  },
};
