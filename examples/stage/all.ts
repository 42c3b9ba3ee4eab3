/** Runs all examples without a key and prints the table of README.md; what cannot run here keeps its row. With `--write` it writes it there. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(import.meta.dirname, '..');
const README = join(EXAMPLES, 'README.md');
const HEAD = '| example | what it shows | type | tokens before | after | saved |';

/** @returns its row; undefined where something is missing that it needs. */
function rowOf(file: string): string | undefined {
  const path = join(EXAMPLES, file);
  const [, shows = ''] = /^\/\*\* (.*) \*\/$/m.exec(readFileSync(path, 'utf8')) ?? [];
  const { status, stdout } = spawnSync(process.execPath, [path, '--scripted'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) return undefined;
  const tokens = Array.from(stdout.matchAll(/Headroom: ([\d,]+) tokens/g), ([, count]) => count!);
  const [, saved = ''] = /Saved: (\S+)/.exec(stdout) ?? [];
  return `| [${file}](${file}) | ${shows} | \`node examples/${file}\` | ${tokens.join(' | ')} | ${saved} % |`;
}

const readme = readFileSync(README, 'utf8');
const files = readdirSync(EXAMPLES).filter((file) => file.endsWith('.ts'));
const rows = files.flatMap(
  (file) => rowOf(file) ?? readme.split('\n').find((row) => row.startsWith(`| [${file}]`)) ?? [],
);
const table = [HEAD, '|---|---|---|--:|--:|--:|', ...rows].map((row) => `${row}\n`).join('');
console.log(table);
if (process.argv.includes('--write')) {
  writeFileSync(
    README,
    readme.replace(/^\| example(?:.*\n)(?:\|.*\n)*/m, () => table),
  );
}
