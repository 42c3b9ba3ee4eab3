/** `headroom calibrate`: what a provider's own counting endpoint makes of a few known texts, held against our counts. */
import { HeadroomError } from '../../core/errors.ts';
import type { ModelFacts } from '../../core/model.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { calibrate as measured, calibrated, type CountPair, type Measured } from '../../tokenizers/calibrate.ts';
import { tokenizerFor } from '../../tokenizers/index.ts';
import { ask } from '../calibrate/ask.ts';
import { type CountEndpoint, countEndpoints } from '../calibrate/endpoints.ts';
import { KNOWN_TEXTS } from '../calibrate/texts.ts';
import type { Command, Invocation } from '../command.ts';
import { modelsInForce } from '../models.ts';
import { columns, say, thousands } from '../terminal.ts';

/** Of one token everywhere: what is counted beyond it is the message around it. */
const ONE_TOKEN = 'a';

export const calibrate: Command = {
  summary: "Compares token counts with the provider's own, for one model.",
  examples: [
    ['headroom calibrate claude-opus-5-5', 'with the key of ANTHROPIC_API_KEY'],
    ['headroom calibrate gemini-3-flash --json', 'for programs'],
  ],
  notes:
    `${KNOWN_TEXTS.length + 1} small requests go to the endpoint that counts tokens, which providers do not charge for; nothing of yours is in them.\n` +
    `The key is read from ${countEndpoints.map(({ keys }) => Object.keys(keys).join(' or ')).join(', ')}.\n` +
    'What it prints at the end can be put into the file of --models-file: counts for this model are corrected from then on.',
  argument: { name: 'MODEL', isRequired: true },
  flags: [
    { name: 'url', valueName: 'URL', doc: 'Address of the provider, in place of the configured one.' },
    { name: 'json', doc: 'Print one JSON object.' },
  ],
  options: ['anthropic-url', 'openai-url', 'gemini-url', 'models-file', 'vocabulary', 'connect-timeout-ms', 'home'],
  async run(invocation: Invocation): Promise<number> {
    const [model] = invocation.positionals as [string];
    const { table, tokenizers } = await modelsInForce(invocation.config);
    const facts = table.find(model);
    if (!facts) {
      const what = `nothing is known of the model ${JSON.stringify(model)}; name it in a models file (--models-file)`;
      throw new HeadroomError('BAD_OPTION', what);
    }
    const tokenizer = tokenizerFor(facts.tokenizer, tokenizers);
    const outcome = await hold(invocation, { model, facts, tokenizer });
    if (invocation.flags.has('json')) say(JSON.stringify(outcome));
    else print(outcome);
    return 0;
  },
};

interface Subject {
  readonly model: string;
  readonly facts: ModelFacts;
  readonly tokenizer: Tokenizer;
}

interface Row extends CountPair {
  readonly kind: string;
  readonly characters: number;
  /** As counted from now on, with what the table corrects it by. */
  readonly inForce: number;
}

interface Outcome {
  readonly model: string;
  readonly entry: string;
  readonly tokenizer: string;
  readonly isExact: boolean;
  /** As it is stated; undefined where it is not. */
  readonly statedError: number | undefined;
  readonly texts: readonly Row[];
  readonly calibration: Measured | undefined;
}

async function hold(invocation: Invocation, { model, facts, tokenizer }: Subject): Promise<Outcome> {
  const { calibration } = facts;
  const current = calibration ? calibrated(tokenizer, calibration) : tokenizer;
  const count = counterAt(endpointOf(facts), model, invocation);
  const frame = (await count(ONE_TOKEN)) - 1;
  const texts: Row[] = [];
  for (const { kind, text } of KNOWN_TEXTS) {
    const theirs = (await count(text)) - frame;
    const [ours, inForce] = [tokenizer.count(text), current.count(text)];
    texts.push({ kind, characters: text.length, ours, inForce, theirs });
  }
  return {
    model,
    entry: facts.name,
    tokenizer: tokenizer.name,
    isExact: current.exact,
    statedError: current.error,
    texts,
    calibration: measured(texts),
  };
}

function endpointOf({ name, family }: ModelFacts): CountEndpoint {
  const found = countEndpoints.find((endpoint) => endpoint.family === family);
  if (found) return found;
  const known = countEndpoints.map((endpoint) => endpoint.family).join(', ');
  const what = `no endpoint is known that counts tokens for ${name} of the family ${family}; there are some for ${known}`;
  throw new HeadroomError('BAD_OPTION', what);
}

function counterAt(
  endpoint: CountEndpoint,
  model: string,
  { flags, config }: Invocation,
): (text: string) => Promise<number> {
  const url = addressOf(endpoint, model, flags.get('url'), config);
  const headers = credentialFor(endpoint);
  return async (text) => {
    const answer = await ask({
      url,
      headers,
      body: endpoint.body(model, text),
      waitMs: config.values['connect-timeout-ms'],
    });
    const count = endpoint.countIn(answer);
    if (typeof count === 'number') return count;
    throw new HeadroomError('UPSTREAM_UNREACHABLE', `${url.href} answers without a count; look at the address`);
  };
}

function addressOf(
  { address, path }: CountEndpoint,
  model: string,
  given: string | true | undefined,
  { values }: Invocation['config'],
): URL {
  const text = typeof given === 'string' ? given : address instanceof URL ? address.href : values[address];
  const url = URL.parse(`${text.replace(/\/+$/, '').replace(/\/v1(?:beta)?$/, '')}${path(model)}`);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new HeadroomError(
    'BAD_OPTION',
    `--url: ${JSON.stringify(text)} is not allowed; it must be an http:// or https:// address`,
  );
}

function credentialFor({ keys }: CountEndpoint): Readonly<Record<string, string>> {
  for (const [variable, headersFor] of Object.entries(keys)) {
    const key = process.env[variable];
    if (key) return headersFor(key);
  }
  const names = Object.keys(keys).join(' or ');
  throw new HeadroomError('BAD_OPTION', `there is no key to ask the provider with; set ${names}`);
}

function print({ model, entry, tokenizer, isExact, statedError, texts, calibration }: Outcome): void {
  const said = isExact
    ? 'exact'
    : statedError === undefined
      ? 'an estimate'
      : `an estimate within ${percent(statedError)}`;
  say(`${model} (entry ${entry}), counted by ${tokenizer}: ${said}`);
  const rows = texts.map(({ kind, characters, inForce, theirs }) => [
    kind,
    thousands(characters),
    thousands(inForce),
    thousands(theirs),
    signed(inForce / theirs - 1),
  ]);
  columns([['text', 'characters', 'ours', "provider's", 'off by'], ...rows]).forEach(say);
  const sum = (of: (row: Row) => number): number => texts.reduce((total, row) => total + of(row), 0);
  const total = sum(({ inForce }) => inForce) / sum(({ theirs }) => theirs) - 1;
  say(`all together off by ${signed(total)}`);
  if (!calibration) return;
  const factor = Number(calibration.factor.toFixed(3));
  const error = Number(calibration.error.toFixed(3));
  if (factor === 1 && error === 0) return;
  say(
    `multiplied by ${factor} they would be off by ${percent(error)} on average (each text by the factor of the others)`,
  );
  say('for the file of --models-file:');
  say(JSON.stringify({ models: [{ name: entry, calibration: { factor, error } }] }));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${percent(share)}`;
}
