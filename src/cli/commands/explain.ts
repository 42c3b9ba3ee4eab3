/** `headroom explain`: what would become of each part of a request, and why. Writes nothing anywhere. */
import type { Part } from '../../core/conversation.ts';
import { HeadroomError } from '../../core/errors.ts';
import { formats, openEngine, tokenizer } from '../../pipeline/defaults.ts';
import type { Verdict } from '../../pipeline/engine.ts';
import type { Note } from '../../pipeline/note.ts';
import type { Command, Invocation } from '../command.ts';
import { storeUse } from '../doctor/store.ts';
import { readInput, readRequest } from '../input.ts';
import { lateParts, lateRemark } from '../late.ts';
import { change, columns, remark, say, thousands, warn } from '../terminal.ts';

interface Row {
  readonly index: number;
  readonly role: string;
  readonly kind: string;
  readonly tool: string | undefined;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** The compressor that claimed it; undefined when none was asked. */
  readonly by: string | undefined;
  /** Why it is left alone; empty when it is not. */
  readonly reason: string;
}

export const explain: Command = {
  summary: 'Shows what would become of each part of a request, and why.',
  examples: [
    ['headroom explain request.json', 'one line a part, and the totals'],
    ['headroom explain request.json --json', 'for programs'],
  ],
  notes:
    'The request is seen as for the first time: what a proxy has sent before would go out as it was sent.\n' +
    'It has as much time as a proxy has (--deadline-ms), and starts colder. Nothing is written.',
  argument: { name: 'FILE|-', isRequired: false },
  flags: [
    {
      name: 'format',
      valueName: 'NAME',
      doc: 'The API whose request it is, where it cannot be told from the request itself.',
    },
    { name: 'json', doc: 'Print one JSON object.' },
  ],
  options: ['profile', 'tools', 'deadline-ms', 'home'],
  async run({ flags, positionals, config }: Invocation): Promise<number> {
    const format = formatNamed(flags.get('format'));
    const verdict = ask(await readInput(positionals[0]), format, config);
    const isOff = config.values.profile === 'off';
    const rows = verdict.parts.map((part) =>
      isOff ? rowOf({ ...part, text: part.source }, [OFF]) : rowOf(part, verdict.notes),
    );
    const steps = verdict.notes.filter(({ part, outcome }) => part === undefined || outcome === 'reported');
    if (flags.has('json'))
      say(JSON.stringify({ format: verdict.format, model: verdict.model, parts: rows, ...sum(rows) }));
    else print(verdict, rows, steps);
    const late = lateParts(verdict.notes);
    if (late > 0) remark(`headroom: ${lateRemark(late, config.values['deadline-ms'])}`);
    return 0;
  },
};

function formatNamed(given: string | true | undefined): string | undefined {
  if (typeof given !== 'string' || formats.some(({ name }) => name === given)) return given as string | undefined;
  const names = formats.map(({ name }) => name).join(', ');
  throw new HeadroomError('BAD_OPTION', `--format ${given} is not known; the formats are ${names}`);
}

function ask(bytes: Uint8Array, format: string | undefined, config: Invocation['config']): Verdict {
  const { values } = config;
  const request = format === undefined ? readRequest(bytes, formats) : { body: bytes, format };
  if (!request) {
    throw new HeadroomError(
      'BAD_REQUEST',
      'this is no request that Headroom knows; give a request body or a list of messages, or name its --format',
    );
  }
  const level = values.profile === 'off' ? 'lossless' : values.profile;
  const { tools, 'deadline-ms': deadlineMs } = values;
  const offersTool = level !== 'lossless' && keepsOriginals(config);
  const engine = openEngine({ level, tools, offersTool, storePath: undefined, deadlineMs }, warn);
  try {
    const verdict = engine.run({ body: request.body, format: request.format, tenant: 'cli', intent: 'ask' });
    if (verdict.problem !== undefined)
      throw new HeadroomError('BAD_REQUEST', `the request cannot be read: ${verdict.problem}`);
    return verdict;
  } finally {
    engine.close();
  }
}

/** A view is made only where its original can be kept. */
function keepsOriginals(config: Invocation['config']): boolean {
  const { verdict, what } = storeUse(config);
  if (verdict === 'fail')
    warn(
      `${what.replace(/\.?$/, '.')} Nothing is left out of results meanwhile, and forms that lose nothing are shown.`,
    );
  return verdict !== 'fail';
}

function rowOf(part: Part, notes: readonly Note[]): Row {
  const ours = notes.filter((note) => note === OFF || note.part === part.index);
  const note =
    ours.find(({ outcome }) => outcome === 'rewritten') ?? ours.findLast(({ outcome }) => outcome !== 'reported');
  const tokensBefore = tokenizer.count(part.source);
  return {
    index: part.index,
    role: part.role,
    kind: part.kind,
    tool: part.call?.name,
    tokensBefore,
    tokensAfter: part.text === part.source ? tokensBefore : tokenizer.count(part.text),
    by: note?.by,
    reason: part.text === part.source ? (note?.reason ?? WHY_NOT_ASKED) : '',
  };
}

const OFF: Note = {
  part: undefined,
  outcome: 'left alone',
  by: 'profile',
  reason: 'off',
  tokensBefore: 0,
  tokensAfter: 0,
};
const WHY_NOT_ASKED = 'only tool results are ever changed';

function sum(rows: readonly Row[]): { readonly tokensBefore: number; readonly tokensAfter: number } {
  return {
    tokensBefore: rows.reduce((total, row) => total + row.tokensBefore, 0),
    tokensAfter: rows.reduce((total, row) => total + row.tokensAfter, 0),
  };
}

function print({ format, model }: Verdict, rows: readonly Row[], steps: readonly Note[]): void {
  say(`${format}${model === '' ? '' : `, model ${model}`}: ${rows.length} parts`);
  const table = rows.map(({ index, role, kind, tool, tokensBefore, tokensAfter, by, reason }) => [
    String(index),
    role,
    kind,
    tool ?? '-',
    tokensBefore === 0
      ? '-'
      : tokensAfter === tokensBefore
        ? thousands(tokensBefore)
        : `${thousands(tokensBefore)} -> ${thousands(tokensAfter)}`,
    reason === '' ? `by ${by}` : `left alone: ${reason}${by === undefined ? '' : ` (${by})`}`,
  ]);
  columns([['#', 'role', 'kind', 'tool', 'tokens', 'what becomes of it'], ...table]).forEach(say);
  for (const { by, outcome, reason } of steps) say(`${by} ${outcome}: ${reason}`);
  const { tokensBefore, tokensAfter } = sum(rows);
  say(`total ${change(tokensBefore, tokensAfter)} over these texts (${tokenizer.name})`);
}
