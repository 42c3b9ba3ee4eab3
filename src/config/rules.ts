/** What the values of options may be: how a text is read, and what is said of one that is not allowed. */
import { type Budget, type Period, PERIODS } from '../core/limits.ts';
import type { VocabularyFile } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import type { Profile, StoreChoice, OptionRow } from './options.ts';

export type Rule<Value> = Pick<OptionRow<Value>, 'valueName' | 'allowed' | 'parse'>;

/** Of values that are more than one word. */
type ListRule<Value> = Rule<Value> & Required<Pick<OptionRow<Value>, 'written'>>;

export function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '(?:)';
  } catch {
    return false;
  }
}

export function choice<Value extends string>(...values: readonly Value[]): Rule<Value> {
  return {
    valueName: values.join('|'),
    allowed: `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
  };
}

export function wholeNumber(valueName: string, least: number, most: number): Rule<number> {
  return {
    valueName,
    allowed: `a whole number from ${least} to ${most}`,
    parse(text) {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

export const WEB_ADDRESS: Rule<string> = {
  valueName: 'URL',
  allowed: 'an http:// or https:// address without user name, password, query or #',
  parse(text) {
    const parsed = URL.parse(text);
    if (!parsed || !/^https?:\/\//i.test(text)) return undefined;
    if (parsed.username || parsed.password || parsed.search || parsed.hash) return undefined;
    return parsed.href.replace(/\/+$/, '');
  },
};

export const PROFILES: readonly Profile[] = ['off', 'lossless', 'balanced', 'aggressive'];

export const TOOLS: ListRule<readonly ToolRule[]> = {
  valueName: 'TOOL=PROFILE,...',
  allowed: `pairs of a tool's name (* stands for anything) and one of ${PROFILES.join(', ')}`,
  parse(text) {
    if (text.trim() === '') return [];
    const rules = text.split(',').map((pair) => {
      const [, glob, name] = /^\s*([^\s=]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
      const level = PROFILES.find((profile) => profile === name);
      return glob !== undefined && level ? { glob, level } : undefined;
    });
    return rules.every((rule) => rule !== undefined) ? rules : undefined;
  },
  written: (rules) => rules.map(({ glob, level }) => `${glob}=${level}`).join(','),
};

export const BUDGETS: ListRule<readonly Budget[]> = {
  valueName: 'DOLLARS/PERIOD,...',
  allowed: `amounts in dollars for one of ${PERIODS.join(', ')}, such as 10/day, project:5/day`,
  parse(text) {
    if (text.trim() === '') return [];
    const budgets = text.split(',').map(budgetIn);
    return budgets.every((budget) => budget !== undefined) ? budgets : undefined;
  },
  written: (budgets) =>
    budgets
      .map(({ holder, dollars, period }) => `${holder === 'project' ? 'project:' : ''}${dollars}/${period}`)
      .join(','),
};

function budgetIn(text: string): Budget | undefined {
  const [, prefix, amount, word] = /^\s*(project:)?\$?(\d{1,7}(?:\.\d{1,4})?)\/(\w+)\s*$/.exec(text) ?? [];
  const period = PERIODS.find((one): one is Period => one === word);
  const dollars = Number(amount);
  return period && dollars > 0 ? { holder: prefix ? 'project' : 'credential', dollars, period } : undefined;
}

export const PERCENT: Rule<number> = {
  valueName: 'PERCENT',
  allowed: 'a share from 0% to 50%, such as 5% or 0.5%',
  parse(text) {
    const value = /^\d{1,2}(?:\.\d{1,3})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return value <= 50 ? value : undefined;
  },
};

export const SWITCH: Rule<boolean> = {
  valueName: 'true|false',
  allowed: 'true or false',
  parse: (text) => ({ true: true, false: false })[text],
};

export const MINUTES: Rule<number | 'off'> = {
  valueName: 'MINUTES|off',
  allowed: 'a whole number of minutes from 1 to 1440, or off',
  parse: (text) => (text === 'off' ? text : wholeNumber('', 1, 1440).parse(text)),
};

export const HOST: Rule<string> = {
  valueName: 'HOST',
  allowed: 'a host name or an address to listen on, without a port',
  parse: (text) => (/^[\w.-]+$|^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(text) ? text : undefined),
};

export const TOKEN: Rule<string | undefined> = {
  valueName: 'TOKEN',
  allowed: 'at least 8 visible ASCII characters without spaces',
  parse: (text) => (/^[\x21-\x7e]{8,}$/.test(text) ? text : undefined),
};

export const STORE: Rule<StoreChoice> & Pick<OptionRow<StoreChoice>, 'redact'> = {
  valueName: 'sqlite|memory|redis://...',
  allowed:
    'one of sqlite, memory, or redis://USER:PASSWORD@HOST:PORT/NUMBER (rediss: for TLS; all but the host may be left out)',
  parse: (text) => (text === 'sqlite' || text === 'memory' || isRedisUrl(text) ? text : undefined),
  redact: (text) => text.replace(/(:\/*).*@/s, '$1***@'),
};

function isRedisUrl(text: string): text is Extract<StoreChoice, `redis${string}`> {
  const parsed = /^rediss?:\/\//.test(text) ? URL.parse(text) : null;
  if (!parsed?.hostname || parsed.search || parsed.hash || !/^\/?\d{0,4}$/.test(parsed.pathname)) return false;
  try {
    decodeURIComponent(parsed.username + parsed.password);
    return true;
  } catch {
    return false;
  }
}

export const FOLDER: Rule<string> = {
  valueName: 'FOLDER',
  allowed: 'the path of a folder',
  parse: (text) => (text.includes('\u0000') ? undefined : text),
};

type WithFiles<Value> = Rule<Value> & Required<Pick<OptionRow<Value>, 'resolved'>>;

export const FILE: WithFiles<string | undefined> = {
  ...FOLDER,
  valueName: 'FILE',
  allowed: 'the path of a file',
  resolved: (path, whole) => path && whole(path),
};

/** Before each but the first name: a path may have commas too. */
const NEXT_NAME = /,(?=\s*[\w.-]+\s*=)/;

export const VOCABULARIES: ListRule<readonly VocabularyFile[]> & WithFiles<readonly VocabularyFile[]> = {
  valueName: 'NAME=FILE,...',
  allowed: "pairs of a tokenizer's name, each once, and the path of a tokenizer.json",
  parse(text) {
    if (text.trim() === '') return [];
    const files = text.split(NEXT_NAME).map((pair) => {
      const [, tokenizer, path] = /^\s*([\w.-]+)\s*=\s*(\S[^\0]*?)\s*$/.exec(pair) ?? [];
      return tokenizer !== undefined && path !== undefined ? { tokenizer, path } : undefined;
    });
    const names = new Set(files.map((file) => file?.tokenizer));
    return files.every((file) => file !== undefined) && names.size === files.length ? files : undefined;
  },
  written: (files) => files.map(({ tokenizer, path }) => `${tokenizer}=${path}`).join(','),
  resolved: (files, whole) => files.map(({ tokenizer, path }) => ({ tokenizer, path: whole(path) })),
};
