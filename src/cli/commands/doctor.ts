/** `headroom doctor`: looks for what keeps Headroom from working, and says what to do about each thing. */
import type { Command, Invocation } from '../command.ts';
import { colorsFor, columns, say } from '../terminal.ts';
import type { Finding, Verdict } from '../doctor/check.ts';

export const doctor: Command = {
  summary: 'Looks for what keeps Headroom from working, and says what to do about it.',
  examples: [
    ['headroom doctor', 'for people'],
    ['headroom doctor --json', 'for programs'],
  ],
  notes:
    'Exit codes: 0 all is well, 1 there are warnings, 2 something does not work. The providers of --anthropic-url and so on\n' +
    'are asked for one page each, without a credential; nothing else leaves this machine.',
  flags: [{ name: 'json', doc: 'Print one JSON object.' }],
  options: [
    'home',
    'store',
    'store-key-file',
    'models-file',
    'vocabulary',
    'host',
    'port',
    'token',
    'anthropic-url',
    'openai-url',
    'gemini-url',
    'connect-timeout-ms',
  ],
  async run({ flags, config }: Invocation): Promise<number> {
    const { examine } = await import('../doctor/examine.ts');
    const findings = await examine(config);
    const worst = findings.reduce<Verdict>((so, { verdict }) => (RANK[verdict] > RANK[so] ? verdict : so), 'pass');
    if (flags.has('json')) say(JSON.stringify({ verdict: worst, findings }));
    else print(findings);
    return RANK[worst];
  },
};

const RANK: Readonly<Record<Verdict, number>> = { pass: 0, warn: 1, fail: 2 };

function print(findings: readonly Finding[]): void {
  const { green, yellow, red } = colorsFor(process.stdout);
  const paint = { pass: green, warn: yellow, fail: red };
  const rows = columns(findings.map(({ verdict, about, what }) => [verdict, about, what]));
  rows.forEach((row, index) => {
    const { verdict, advice } = findings[index]!;
    say(paint[verdict](verdict) + row.slice(verdict.length));
    if (advice !== undefined) say(`      ${advice}`);
  });
}
