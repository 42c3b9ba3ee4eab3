/** `headroom compress`: the shorter form on stdout, what it saved on stderr. */
import { HeadroomError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { findMarkers } from '../../core/marker.ts';
import { formats, openEngine, prepareEngine } from '../../pipeline/defaults.ts';
import type { Verdict } from '../../pipeline/engine.ts';
import { bodyOf } from '../../pipeline/one-result.ts';
import type { Command, Invocation } from '../command.ts';
import { type InputKind, readInput, readRequest, textOf } from '../input.ts';
import { lateParts, lateRemark } from '../late.ts';
import { openConfiguredStores } from '../stores.ts';
import { change, remark, say, warn, writeResult } from '../terminal.ts';

const TENANT = 'cli';

interface Shortened {
  readonly kind: InputKind;
  /** The input itself when nothing was saved. */
  readonly bytes: Uint8Array;
  readonly isChanged: boolean;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly by: readonly string[];
  /** Why nothing was saved. */
  readonly reason: string;
  /** How many texts stayed as they are for want of time. */
  readonly late: number;
}

export const compress: Command = {
  summary: 'Makes a text, a JSON file, messages or a request body shorter.',
  examples: [
    ['headroom compress build.log', 'print the shorter form'],
    ['kubectl get pods -o json | headroom compress', 'read from a pipe'],
    ['headroom compress request.json --json', 'for programs'],
  ],
  notes:
    'Savings go to stderr. Where nothing can be saved, the input comes out unchanged.\n' +
    'headroom expand turns the shorter form back. With --profile balanced, the default, long results may become a view\n' +
    'that leaves something out and says so; its original is kept in the store of this machine.',
  argument: { name: 'FILE|-', isRequired: false },
  flags: [
    {
      name: 'tool',
      valueName: 'NAME',
      doc: 'The tool that a text is the result of, where that matters: Read, grep, ...',
    },
    {
      name: 'response-format',
      valueName: 'json',
      doc: 'For results that a program reads: JSON stays valid JSON.',
    },
    { name: 'json', doc: 'Print one JSON object with the text and its numbers.' },
  ],
  options: ['profile', 'tools', 'prose', 'deadline-ms', 'store', 'store-key-file', 'home'],
  // Nobody waits for an answer of a model here.
  defaults: { 'deadline-ms': 60_000 },
  async run({ flags, positionals, config }: Invocation): Promise<number> {
    const bytes = await readInput(positionals[0]);
    if (config.values.profile !== 'off') {
      await prepareEngine({ level: config.values.profile, tools: config.values.tools }).catch((error: Error) =>
        warn(error.message),
      );
    }
    const shortened = shorten(bytes, { tool: textFlag(flags, 'tool'), responseFormat: formatFlag(flags) }, config);
    if (flags.has('json')) printJson(shortened);
    else print(shortened, config.values['deadline-ms']);
    return 0;
  },
};

function textFlag(flags: Invocation['flags'], name: string): string | undefined {
  const value = flags.get(name);
  return typeof value === 'string' ? value : undefined;
}

function formatFlag(flags: Invocation['flags']): 'json' | undefined {
  const value = textFlag(flags, 'response-format');
  if (value === undefined || value === 'json') return value;
  throw new HeadroomError('BAD_OPTION', `--response-format: ${JSON.stringify(value)} is not allowed; it must be json`);
}

interface Wanted {
  readonly tool: string | undefined;
  readonly responseFormat: 'json' | undefined;
}

function shorten(bytes: Uint8Array, { tool, responseFormat }: Wanted, config: Invocation['config']): Shortened {
  const { values, storePath } = config;
  const request = readRequest(bytes, formats);
  const text = textOf(bytes);
  const unchanged = {
    kind: request?.kind ?? 'text',
    bytes,
    isChanged: false,
    tokensBefore: 0,
    tokensAfter: 0,
    by: [],
    late: 0,
  };
  if (text === undefined) return { ...unchanged, reason: 'it is no UTF-8 text' };
  const level = values.profile;
  if (level === 'off') return { ...unchanged, reason: 'the profile is off' };
  const { tools, prose, 'deadline-ms': deadlineMs } = values;
  const body = request?.body ?? bodyOf({ text, tool });
  const run = (allowLoss: boolean): Verdict => {
    const engine = openEngine({ level, tools, prose, allowLoss, storePath: undefined, deadlineMs }, warn);
    const job = { body, format: request?.format, tenant: TENANT, intent: 'ask', isCounted: true } as const;
    const verdict = engine.run({ ...job, responseFormat });
    engine.close();
    if (verdict.problem === undefined) return verdict;
    throw new HeadroomError('BAD_REQUEST', `nothing was shortened: ${verdict.problem}`);
  };
  // In memory nothing would be left to fetch when this command ends.
  let verdict = run(storePath !== undefined && level !== 'lossless');
  if (!keepsViews(verdict, config)) verdict = run(false);
  const late = lateParts(verdict.notes);
  const { tokensBefore, tokensAfter } = request && verdict.totals ? verdict.totals : countsOf(verdict);
  const by = [...new Set(verdict.notes.filter(({ outcome }) => outcome === 'rewritten').map((note) => note.by))];
  if (by.length === 0)
    return { ...unchanged, tokensBefore, tokensAfter: tokensBefore, reason: reasonOf(verdict), late };
  const out = request ? request.unwrap(verdict.body ?? body) : Buffer.from(resultOf(verdict));
  return { kind: unchanged.kind, bytes: out, isChanged: true, tokensBefore, tokensAfter, by, reason: '', late };
}

/** Keeps the originals of all views on disk, where nothing else is written; false when that fails. */
function keepsViews({ parts }: Verdict, config: Invocation['config']): boolean {
  const views = parts.filter(({ source, text }) => text !== source && findMarkers(text).includes(hashOf(source)));
  if (views.length === 0 || config.storePath === undefined) return views.length === 0;
  const stores = openConfiguredStores(config);
  try {
    const originals = stores.originals(TENANT);
    for (const { source } of views) originals.put(source);
    return true;
  } catch {
    return false;
  } finally {
    stores.close();
  }
}

/** Of a text that was wrapped, only the result counts. */
function countsOf({ notes }: Verdict): { readonly tokensBefore: number; readonly tokensAfter: number } {
  return notes.find(({ outcome }) => outcome === 'rewritten') ?? { tokensBefore: 0, tokensAfter: 0 };
}

function resultOf({ parts }: Verdict): string {
  return parts.find((part) => part.kind === 'tool-result')!.text;
}

function reasonOf({ notes }: Verdict): string {
  const reasons = notes.filter(({ outcome }) => outcome !== 'rewritten').map(({ by, reason }) => `${by}: ${reason}`);
  return reasons.length === 0 ? 'it holds no tool result' : [...new Set(reasons)].slice(0, 3).join('; ');
}

function print({ bytes, isChanged, tokensBefore, tokensAfter, by, reason, late }: Shortened, deadlineMs: number): void {
  writeResult(bytes);
  remark(
    isChanged
      ? `headroom: ${change(tokensBefore, tokensAfter)}, by ${by.join(', ')}`
      : `headroom: nothing saved: ${reason}`,
  );
  if (late > 0) remark(`headroom: ${lateRemark(late, deadlineMs)}`);
}

function printJson({ bytes, ...numbers }: Shortened): void {
  const text = textOf(bytes);
  say(
    JSON.stringify({
      ...numbers,
      ...(text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text }),
    }),
  );
}
