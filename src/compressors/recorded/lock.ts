/** Lock files of package managers: a view that names every package with its version, without checksums and addresses. */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';

/** How an entry begins, by format: a name, then a version. */
const ENTRIES: readonly RegExp[] = [
  // npm; of a package within another the last name counts.
  /^ *"(?:[^"\n]*node_modules\/)?((?:@[\w.-]+\/)?[\w.-]+)": \{\r?\n *"version": "([^"\n]+)"/gm,
  // Cargo, Poetry, uv
  /^name = "([^"\n]+)"\r?\nversion = "([^"\n]+)"/gm,
  // Yarn, old and new
  /^"?((?:@[\w.-]+\/)?[\w.-]+)@[^\n]*:\r?\n {2}version:? "?([\w.+-]+)"?/gm,
  // pnpm
  /^ {2}'?\/?((?:@[\w.-]+\/)?[\w.-]+)@([\w.+-]+)(?:\([^\n]*\))?'?:(?: \{\})?\r?$/gm,
  // Bundler
  /^ {4}([\w.-]+) \(([\w.+-]+)\)\r?$/gm,
  // Go
  /^([\w./~-]+\.[\w./~-]+) (v[\w.+-]+)(?:\/go\.mod)? h1:\S+\r?$/gm,
  // Mix
  /^ {2}"(\w+)": \{:\w+, :\w+, "([^"\n]+)"/gm,
  // Composer
  /^ *"name": "([\w.-]+\/[\w.-]+)",\r?\n *"version": "([^"\n]+)"/gm,
];
/** What some line of any lock file says soon, and hardly any other text. */
const SIGNS =
  /"(?:lockfileVersion|resolved|integrity|content-hash)":|^\[\[package\]\]|^# yarn lockfile|^__metadata:|^lockfileVersion:|integrity[: ]|^GEM$| h1:|: \{:hex, |^ {2}(?:resolved|checksum)/m;
const SIGN_CHARS = 2_048;
const LOOK_CHARS = 16_384;
const MIN_ENTRIES = 8;
/** An entry has so many characters at most, or most of the text is something else. */
const MAX_CHARS_AN_ENTRY = 1_500;
const CLAIM = 0.97;

function entriesIn(text: string): readonly (readonly [name: string, version: string])[] {
  let best: readonly (readonly [string, string])[] = [];
  for (const pattern of ENTRIES) {
    const found = Array.from(text.matchAll(pattern), ([, name = '', version = '']) => [name, version] as const);
    if (found.length > best.length) best = found;
  }
  return best.length >= MIN_ENTRIES && best.length * MAX_CHARS_AN_ENTRY >= text.length ? best : [];
}

function writeView(entries: readonly (readonly [name: string, version: string])[]): string {
  const versions = new Map<string, Set<string>>();
  for (const [name, version] of entries) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  const said = Array.from(versions, ([name, own]) => `${name} ${[...own].join(' and ')}`);
  return [
    `[headroom: lock file, its ${said.length} packages by name and version; checksums, addresses and dependencies are left out]`,
    said.join(', '),
  ].join('\n');
}

export const lockCompressor: Compressor = {
  name: 'lock',
  viewsFiles: 'recorded',
  highestClaim: CLAIM,
  claim: ({ text }: Sample) =>
    SIGNS.test(text.slice(0, SIGN_CHARS)) && entriesIn(text.slice(0, LOOK_CHARS)).length > 0 ? CLAIM : 0,
  compress(text: string, options: CompressOptions): Compressed | undefined {
    options.deadline.check();
    if (options.level === 'lossless' || (options.call && !showsFile(options.call))) return undefined;
    const entries = entriesIn(text);
    const view = (): string | undefined => (entries.length > 0 ? writeView(entries) : undefined);
    return chooseForm({ source: text, lossless: undefined, view }, options);
  },
  expand: () => undefined,
  same: (source: string, expanded: string) => source === expanded,
};
