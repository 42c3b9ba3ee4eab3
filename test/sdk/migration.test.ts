/** docs/migration.md names nothing of ours that does not exist: commands, flags, variables, pages, exports and members. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageApi } from '../../scripts/render-api.ts';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { OPTION_NAMES, OPTIONS, OTHER_VARIABLES } from '../../src/config/options.ts';
import { ownPageAt } from '../../src/proxy/endpoints/index.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/migration.md'), 'utf8');

/** Of each table the cells below "here", as code. */
function ours(): readonly string[] {
  let column = -1;
  return PAGE.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) column = -1;
    if (!line.startsWith('|')) return [];
    const cells = line.split('|').map((cell) => cell.trim());
    if (column === -1) column = cells.indexOf('here');
    expect(column, line).toBeGreaterThan(0);
    return Array.from((cells[column] ?? '').matchAll(/`([^`]+)`/g), (match) => match[1]!);
  });
}

/** Words of vendors' libraries and of the language, and names that stand for anything. */
const OTHERS = new Set(
  'await new true key middleware text request messages model input client language tools path docs query hash wrapLanguageModel base config'.split(
    ' ',
  ),
);

const commands = new Map<string, Command>();
beforeAll(async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    commands.set(entry.name, command);
    for (const below of command.commands ?? []) commands.set(`${entry.name} ${below.name}`, await below.load());
  }
}, 60_000);

test('every command, flag and variable of it is there', () => {
  const flags = new Set([
    ...OPTION_NAMES,
    ...[...commands.values()].flatMap((one) => one.flags.map(({ name }) => name)),
  ]);
  const variables = new Set([...OPTION_NAMES.map((name) => OPTIONS[name].variable), ...Object.keys(OTHER_VARIABLES)]);
  const typed = ours().filter((code) => /^(?:headroom |--)/.test(code));
  expect(typed.length).toBeGreaterThan(25);
  for (const code of typed) {
    const [, name = '', below = ''] = /^headroom (\w+)(?: ([a-z]+)\b)?/.exec(code) ?? [];
    const isParent = commands.get(name)?.commands !== undefined && below !== '';
    if (name) expect(commands.has(isParent ? `${name} ${below}` : name), code).toBe(true);
    for (const [, flag = ''] of code.matchAll(/--([a-z][a-z-]*)/g)) expect(flags.has(flag), code).toBe(true);
  }
  const named = ours().filter((code) => /^[A-Z_]+$/.test(code));
  expect(named.filter((variable) => !variables.has(variable))).toEqual([]);
});

test('every page of the proxy is there', () => {
  const pages = ours().flatMap((code) => /^(?:GET |POST )?(\/[\w/{}]+)$/.exec(code)?.[1] ?? []);
  expect(pages.length).toBeGreaterThan(5);
  expect(pages.filter((page) => !ownPageAt(page.replace('{hash}', '0'.repeat(24))))).toEqual([]);
});

test('every name of the library is exported, or a member of what is', () => {
  const entries = packageApi();
  const known = new Set(
    entries.flatMap(({ exports }) =>
      exports.flatMap(({ name, signature }) => [name, ...(signature.match(/\w+/g) ?? [])]),
    ),
  );
  const paths = new Set(entries.flatMap(({ names }) => names));
  const code = ours().filter((one) => !/^(?:headroom |-|\/|GET |POST |x-|[A-Z_]+$|pip )/.test(one));
  expect(code.length).toBeGreaterThan(40);
  for (const one of code) {
    if (one.startsWith('headroom-ts')) expect(paths.has(one), one).toBe(true);
    else {
      const words = (one.replaceAll(/'[^']*'/g, '').match(/[A-Za-z]\w*/g) ?? []).filter((word) => !OTHERS.has(word));
      expect(
        words.filter((word) => !known.has(word)),
        one,
      ).toEqual([]);
    }
  }
});
