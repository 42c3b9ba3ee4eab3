/** Which packages and versions the changed lines of a lock file name. */
import { signOf } from './changes.ts';
import type { ChangedFile } from './changes.ts';

/** `"node_modules/lodash": {`, `name = "lodash"`, `"name": "lodash",`, `lodash@^4.0.0:`. */
const NAME =
  /^\s*(?:"(?:[^"]*node_modules\/)?([^"{}:]+)": \{|name = "([^"]+)"|"name": "([^"]+)"|"?(@?[^@"\s:]+)@[^:]*:$)/;
const VERSION = /^\s*(?:"version": "([^"]+)"|version[ =:]+"?([^"\s]+)"?)/;
/** `lodash@4.17.21:` and `/lodash/4.17.21:` of pnpm, go.sum, Gemfile.lock, mix.lock. */
const BOTH =
  /^\s*(?:['"]?\/?(@?[\w./-]+?)[@/](\d[\w.+-]*)(?:\([^)]*\))*['"]?:(?: \{\})?$|(\S+) (v\d[^\s/]*) h1:|(@?[\w./-]+) \((\d[\w.-]*)\)$|"([\w-]+)": \{:hex, :[\w-]+, "([^"]+)")/;
const SECTION =
  /^\s*"(?:dependencies|devDependencies|peerDependencies|optionalDependencies|packages|engines|bin|funding)": \{/;
const MAX_LINE = 400;

interface Versions {
  readonly removed: Set<string>;
  readonly added: Set<string>;
}

/** One line for each package, in the order in which the file names them. */
export function lockChanges({ hunks }: ChangedFile): readonly string[] {
  const packages = new Map<string, Versions>();
  for (const { lines, columns } of hunks) {
    let name = '';
    for (const line of lines) {
      if (line.length > MAX_LINE) continue;
      const [sign, text] = [signOf(line, columns), line.slice(columns)];
      const both =
        BOTH.exec(text)
          ?.slice(1)
          .filter((part) => part !== undefined) ?? [];
      const named = SECTION.test(text)
        ? undefined
        : NAME.exec(text)
            ?.slice(1)
            .find((part) => part !== undefined);
      if (named !== undefined) name = named;
      const [own, version] =
        both.length === 2
          ? both
          : [
              name,
              VERSION.exec(text)
                ?.slice(1)
                .find((part) => part !== undefined),
            ];
      if (!own || version === undefined || sign === ' ') continue;
      const known = packages.get(own) ?? { removed: new Set<string>(), added: new Set<string>() };
      packages.set(own, known);
      (sign === '+' ? known.added : known.removed).add(version);
    }
  }
  return [...packages].map(([name, { removed, added }]) => {
    const [from, to] = [[...removed].join(', '), [...added].join(', ')];
    if (from === '') return `+ ${name} ${to}`;
    return to === '' ? `- ${name} ${from}` : from === to ? `${name} ${from} (moved)` : `${name} ${from} -> ${to}`;
  });
}
