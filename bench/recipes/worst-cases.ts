/** Sets without much in common, where each row may be asked for: support tickets, error traces, medical records, legal mail. Seeded. */
import { chance, padded, times } from './random.ts';

export interface WorstCase {
  readonly name: string;
  readonly rows: readonly unknown[];
  /** Every one must stand in the text. */
  readonly ids: readonly string[];
  /** Ids that upstream leaves, of how many, and its tokens. */
  readonly upstream: string;
}

const SUBJECTS = [
  'Cannot log in after password reset',
  'Billing charged twice',
  'App crashes on upload',
  'Slow dashboard',
];
const WORDS = 'account export invoice report upload session password browser update refund teammate workspace'.split(
  ' ',
);

export function worstCases(seed: number): readonly WorstCase[] {
  return [tickets(seed), traces(seed), medical(seed), mails(seed)];
}

function tickets(seed: number): WorstCase {
  const { pick, whole, unit } = chance(seed);
  const rows = times(50, (index) => ({
    ticket_id: `TICK-${10_000 + index}`,
    created_at: `2024-11-${padded(whole(1, 28), 2)}T${padded(whole(0, 23), 2)}:${padded(whole(0, 59), 2)}:00Z`,
    customer: {
      name: `${pick(['Alice', 'Bob', 'Carol', 'Dan', 'Erin'])} ${pick(['Lee', 'Kim', 'Jones', 'Park', 'Novak'])}`,
      email: `user${whole(1, 999)}@mail.example`,
      plan: pick(['free', 'pro', 'enterprise']),
    },
    subject: pick(SUBJECTS),
    description: `I tried the ${pick(WORDS)} ${whole(2, 9)} times and got error ${whole(100, 599)} on the ${pick(WORDS)} page, then the ${pick(WORDS)} was gone.`,
    priority: pick(['low', 'medium', 'high', 'critical']),
    tags: times(whole(0, 3), () => pick(['auth', 'billing', 'ui', 'api'])),
    assigned_to: unit() < 0.3 ? null : `agent_${whole(1, 9)}`,
  }));
  return { name: '50 tickets', rows, ids: rows.map((row) => row.ticket_id), upstream: '2,052 (17 of 50 ids)' };
}

function traces(seed: number): WorstCase {
  const { pick, whole, hex } = chance(seed + 100);
  const rows = times(30, () => ({
    trace_id: hex(32),
    service: pick(['api', 'auth', 'payment']),
    error: {
      type: pick(['ValueError', 'KeyError', 'TimeoutError']),
      message: `bad value ${whole(1, 99)} in ${pick(WORDS)}`,
    },
    stack: times(
      whole(3, 6),
      () =>
        `File "/app/${pick(WORDS)}/mod${whole(1, 9)}.py", line ${whole(1, 900)}, in ${pick(['run', 'handle', 'save'])}`,
    ),
    duration_ms: whole(5, 30_000),
    environment: 'production',
  }));
  return { name: '30 error traces', rows, ids: rows.map((row) => row.trace_id), upstream: '5,673 (30 of 30)' };
}

function medical(seed: number): WorstCase {
  const { pick, whole } = chance(seed + 200);
  const rows = times(25, (index) => ({
    record_id: `MRN-${padded(whole(1, 999_999), 6)}-${index}`,
    visit: `2024-${padded(whole(1, 12), 2)}-${padded(whole(1, 28), 2)}`,
    vitals: {
      pulse: whole(50, 120),
      temperature: whole(360, 395) / 10,
      pressure: `${whole(90, 160)}/${whole(60, 100)}`,
    },
    diagnosis: pick(['J06.9 Acute upper respiratory infection', 'I10 Essential hypertension', 'E11.9 Type 2 diabetes']),
    medication: pick([null, 'Lisinopril 10mg', 'Metformin 500mg']),
    notes: `Patient reports ${pick(['headache', 'fatigue', 'cough'])} for ${whole(1, 14)} days, ${pick(WORDS)} mentioned.`,
  }));
  return { name: '25 medical records', rows, ids: rows.map((row) => row.record_id), upstream: '3,824 (25 of 25)' };
}

function mails(seed: number): WorstCase {
  const { pick, whole, hex, unit } = chance(seed + 300);
  const who = (): string =>
    `${pick(['ann', 'ben', 'cleo', 'dev', 'eva'])}@${pick(['firm', 'client', 'court'])}.example`;
  const rows = times(40, () => ({
    message_id: `<${hex(8)}@mail.example>`,
    from: who(),
    to: times(whole(1, 3), who),
    subject: `Re: Matter ${whole(100, 140)} - ${pick(['discovery', 'deposition', 'settlement'])}`,
    sent: `2024-0${whole(1, 9)}-${padded(whole(1, 28), 2)}T${padded(whole(8, 18), 2)}:${padded(whole(0, 59), 2)}:00Z`,
    attachments: unit() < 0.35 ? [`exhibit_${whole(1, 50)}.pdf`] : [],
    privileged: unit() < 0.25,
  }));
  return { name: '40 legal mails', rows, ids: rows.map((row) => row.message_id), upstream: '4,419 (40 of 40)' };
}

/** What to compare with: constants said once, all other columns as comma-separated values. */
export function flatTable(rows: readonly unknown[]): string {
  const flat = rows.map((row) => new Map(flatten(row, '')));
  const keys = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const isConstant = (key: string): boolean => flat.every((row) => row.get(key) === flat[0]!.get(key));
  const varying = keys.filter((key) => !isConstant(key));
  const cell = (text = ''): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    ...keys.filter(isConstant).map((key) => `${key}=${flat[0]!.get(key)}`),
    varying.join(','),
    ...flat.map((row) => varying.map((key) => cell(row.get(key))).join(',')),
  ].join('\n');
}

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, member]) => flatten(member, path === '' ? key : `${path}.${key}`));
}
