/** Takes a command line apart by the command's own tables; what is not in them is an error, never ignored. */
import { parseArgs } from 'node:util';
import { suggestion } from '../config/nearest.ts';
import { type OptionName, type OptionRow, OPTIONS } from '../config/options.ts';
import { HeadroomError } from '../core/errors.ts';
import type { Command, Flag } from './command.ts';

export interface Parsed {
  readonly isHelp: boolean;
  readonly flags: ReadonlyMap<string, string | true>;
  readonly options: Readonly<Partial<Record<OptionName, string>>>;
  readonly positionals: readonly string[];
}

export const HELP_FLAG: Flag = { name: 'help', short: 'h', doc: 'Show this help.' };

/** All flags of a command, those of the options table included. */
export function flagsOf({ flags, options }: Command): readonly Flag[] {
  const rows = options.map((name): Flag => {
    const { short, valueName, doc, isList } = OPTIONS[name] as OptionRow<unknown>;
    return { name, valueName, doc, ...(short && { short }), ...(isList && { isList }) };
  });
  return [...flags, ...rows, HELP_FLAG];
}

/** Flags that the Python program of this name has, and what says the same here. */
const FORMER: Readonly<Record<string, string>> = {
  'no-optimize': '--profile off',
  mode: '--profile',
  lossless: '--profile lossless',
};

/** @throws HeadroomError BAD_OPTION for unknown, repeated or incomplete flags and for too many or too few arguments. */
export function parseArguments(name: string, command: Command, words: readonly string[]): Parsed {
  const known = flagsOf(command);
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      known.map(({ name, short, valueName }) => [
        name,
        { type: valueName ? ('string' as const) : ('boolean' as const), ...(short && { short }) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = known.find((candidate) => candidate.name === token.name);
    if (!flag) throw usage(name, `unknown flag ${token.rawName}${hintFor(token.name, known)}`);
    const value = valueOf(name, flag, token.value, token.inlineValue === true);
    const before = given.get(flag.name);
    if (flag.isList && before !== undefined) {
      given.set(flag.name, `${String(before)},${String(value)}`);
      continue;
    }
    if (given.has(flag.name) && given.get(flag.name) !== value) {
      throw usage(name, `--${flag.name} is given twice, with different values; give it once`);
    }
    given.set(flag.name, value);
  }
  const isHelp = given.has('help');
  if (!isHelp) checkCount(name, command, positionals);
  const isOption = (flag: string): boolean => (command.options as readonly string[]).includes(flag);
  return {
    isHelp,
    flags: new Map([...given].filter(([flag]) => !isOption(flag))),
    options: Object.fromEntries([...given].filter(([flag]) => isOption(flag))) as Parsed['options'],
    positionals,
  };
}

function valueOf(name: string, flag: Flag, value: string | undefined, isInline: boolean): string | true {
  if (!flag.valueName) {
    if (value !== undefined) throw usage(name, `--${flag.name} is a switch and takes no value`);
    return true;
  }
  // `--port --host x`: the next flag is not a value, unless it is written with `=`.
  if (value === undefined || value === '' || (!isInline && value.startsWith('-') && value !== '-')) {
    throw usage(name, `--${flag.name} needs a value: --${flag.name} ${flag.valueName}`);
  }
  return value;
}

function hintFor(given: string, known: readonly Flag[]): string {
  if (Object.hasOwn(FORMER, given)) return `; here it is ${FORMER[given]}`;
  return suggestion(
    given,
    known.map((flag) => `--${flag.name}`),
  );
}

function checkCount(name: string, { argument }: Command, positionals: readonly string[]): void {
  const most = argument?.isMany ? Infinity : argument ? 1 : 0;
  if (positionals.length > most) throw usage(name, `unexpected argument ${JSON.stringify(positionals[most])}`);
  if (argument?.isRequired && positionals.length === 0) throw usage(name, `${argument.name} is missing`);
}

function usage(name: string, problem: string): HeadroomError {
  const end = problem.endsWith('?') ? ' ' : '; ';
  return new HeadroomError('BAD_OPTION', `${name}: ${problem}${end}headroom ${name} --help shows what there is`);
}
