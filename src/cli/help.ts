/** Help for somebody in a hurry: what to type first, the rest below. */
import { defaultText, OPTIONS, type OptionName } from '../config/options.ts';
import { flagsOf } from './arguments.ts';
import type { Command, CommandEntry, Flag } from './command.ts';
import { colorsFor, columns, wrap } from './terminal.ts';

const WIDTH = 100;

export function programHelp(entries: readonly CommandEntry[]): string {
  const { bold } = colorsFor(process.stdout);
  return [
    'Headroom makes what a model reads shorter, at the same answers.',
    '',
    bold('Start here'),
    ...columns([
      ['  headroom demo', 'see it work; no key, no network'],
      ['  headroom proxy', 'start the proxy, then in another terminal:'],
      ['  ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude', ''],
    ]).map((line) => line.trimEnd()),
    '',
    bold('Commands'),
    ...columns(entries.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    'headroom COMMAND --help says more about one. Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ].join('\n');
}

export function commandHelp(name: string, command: Command): string {
  const { bold } = colorsFor(process.stdout);
  const { argument, commands } = command;
  const place = argument ? (argument.isRequired ? ` ${argument.name}` : ` [${argument.name}]`) : '';
  const usage = argument?.isMany ? ` [flags]${place}` : `${place} [flags]`;
  const inner = columns((commands ?? []).map((entry) => [`  headroom ${name} ${entry.name}`, entry.summary]));
  return [
    command.summary,
    '',
    ...columns(command.examples.map(([typed, meaning]) => [`  ${typed}`, meaning])),
    '',
    bold('Usage'),
    `  headroom ${name}${usage}`,
    ...(inner.length > 0 ? ['', bold('Commands'), ...inner] : []),
    ...(command.notes ? ['', ...command.notes.split('\n')] : []),
    '',
    bold('Flags'),
    ...flagsOf(command).flatMap((flag) => flagLines(flag, command)),
  ].join('\n');
}

function flagLines(flag: Flag, { defaults = {} }: Command): readonly string[] {
  const short = flag.short ? `-${flag.short}, ` : '';
  const value = flag.valueName ? ` ${flag.valueName}` : '';
  const row = Object.hasOwn(OPTIONS, flag.name) ? (flag.name as OptionName) : undefined;
  const origin = row ? ` [${OPTIONS[row].variable}; default ${defaultText(row, defaults[row])}]` : '';
  const lines = wrap(`${flag.doc}${origin}`, WIDTH - 6);
  return [`  ${short}--${flag.name}${value}`, ...lines.map((line) => `      ${line}`)];
}
