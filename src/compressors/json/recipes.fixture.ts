/** Makes the inputs of the tests: seeded, so that each can be made again with other accidents. Never imported by product code. */

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.int(0, 15).toString(16)).join('');
  }

  fraction(places: number): number {
    return Number(this.#random().toFixed(places));
  }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

export const NEEDLE: Readonly<Record<string, unknown>> = {
  timestamp: '2024-12-15T03:47:23Z',
  level: 'FATAL',
  service: 'payment-gateway',
  message: 'Connection pool exhausted - max_connections=100 exceeded',
  error_code: 'PG-5523',
  stack_trace: 'ConnectionPoolError at PaymentService.processTransaction()',
  resolution: 'Increase max_connections to 500 in config/database.yml',
  affected_transactions: 1847,
  incident_id: 'INC-2024-1215-001',
};

/** A hundred log entries of one kind, and one that is what was looked for. */
export function needleEntries(at = 67): readonly object[] {
  return Array.from({ length: 100 }, (_, i) => {
    if (i === at) return NEEDLE;
    return {
      timestamp: `2024-12-15T${pad(i % 24, 2)}:${pad(i % 60, 2)}:00Z`,
      level: 'INFO',
      service: ['api-gateway', 'user-service', 'inventory', 'auth'][i % 4],
      message: `Request processed successfully - latency=${50 + (i % 100)}ms`,
      request_id: `req-${pad(i, 6)}`,
      status_code: 200,
      endpoint: ['/api/users', '/api/products', '/api/orders', '/health'][i % 4],
      metadata: { region: ['us-east-1', 'us-west-2', 'eu-west-1'][i % 3], version: '2.4.1' },
    };
  });
}

/** A hundred search hits in code. */
export function codeHits(): readonly object[] {
  return Array.from({ length: 100 }, (_, i) => {
    const name = ['Button', 'Modal', 'Form', 'Table', 'Card'][i % 5]!;
    return {
      file: `src/components/${name}.tsx`,
      line: 10 + 3 * i,
      content: `export function ${name}Component${i}(props: Props) {`,
      language: 'typescript',
      repository: 'frontend-app',
      branch: 'main',
      last_modified: '2024-12-15T10:00:00Z',
      author: `dev${i % 10}@company.com`,
      match_score: 0.95 - 0.005 * i,
      context: {
        before: ["import React from 'react';", "import { useCallback } from 'react';"],
        after: ['  return <div>...</div>;', '}'],
      },
      metadata: { size_bytes: 1500 + 10 * i, encoding: 'utf-8', mime_type: 'text/typescript' },
    };
  });
}

/** A hundred log entries with jittered times, six kinds of message and, when asked for, random ids. */
export function messyEntries(seed: number, hasRandomIds: boolean): readonly object[] {
  const dice = new Dice(seed);
  let time = Date.UTC(2024, 11, 15, 3, 40, 0);
  const kinds: readonly (() => readonly [string, number, string])[] = [
    () => ['INFO', 200, `Request processed successfully - latency=${dice.int(20, 319)}ms`],
    () => ['INFO', 200, `Cache hit for key user:${dice.int(1000, 9999)}`],
    () => ['INFO', 201, `Created order ${dice.int(10000, 99999)} for customer ${dice.int(1000, 9999)}`],
    () => ['INFO', 200, 'Health check passed'],
    () => ['WARN', 429, `Rate limit approaching for tenant t-${dice.int(100, 999)}: ${dice.int(80, 99)}% used`],
    () => ['INFO', 304, `Config unchanged, version ${dice.int(1, 9)}.${dice.int(0, 19)}`],
  ];
  return Array.from({ length: 100 }, (_, i) => {
    time += dice.int(0, 8999);
    const timestamp = new Date(time).toISOString();
    const request_id = `req-${hasRandomIds ? dice.hex(12) : pad(i, 6)}`;
    if (i === 67) return { ...NEEDLE, timestamp, request_id };
    const [level, status_code, message] = dice.pick(kinds)();
    const service = dice.pick(['api-gateway', 'user-service', 'inventory', 'auth', 'payment-gateway']);
    return { timestamp, level, service, message, request_id, status_code };
  });
}

const SUBJECTS = [
  'Cannot log in after password reset',
  'Billing charged twice',
  'App crashes on upload',
  'Slow dashboard',
];

export function tickets(seed: number): readonly object[] {
  const dice = new Dice(seed);
  return Array.from({ length: 50 }, (_, i) => ({
    id: `TICKET-${1000 + i}`,
    subject: dice.pick(SUBJECTS),
    customer: { name: dice.pick(['Alice Lee', 'Bob Kim', 'Carol Jones']), email: `c${dice.int(1, 999)}@mail.example` },
    priority: dice.pick(['low', 'medium', 'high', 'critical']),
    created: `2024-11-${pad(dice.int(1, 28), 2)}T${pad(dice.int(0, 23), 2)}:${pad(dice.int(0, 59), 2)}:00Z`,
    body: `Hello, I tried to ${dice.pick(['log in', 'upload a file'])} and got error ${dice.int(100, 599)}. Please help.`,
    tags: Array.from({ length: dice.int(0, 3) }, () => dice.pick(['auth', 'billing', 'ui', 'api'])),
    assigned: dice.pick([null, 'agent1', 'agent2']),
  }));
}

export function errorTraces(seed: number): readonly object[] {
  const dice = new Dice(seed);
  return Array.from({ length: 30 }, () => ({
    trace_id: dice.hex(32),
    service: dice.pick(['api', 'auth', 'payment']),
    error: { type: dice.pick(['ValueError', 'KeyError', 'TimeoutError']), message: `bad value ${dice.int(1, 99)}` },
    stack: Array.from(
      { length: dice.int(3, 6) },
      () => `File "/app/mod${dice.int(1, 9)}.py", line ${dice.int(1, 900)}, in ${dice.pick(['run', 'handle'])}`,
    ),
    duration_ms: dice.fraction(6) * 1000,
    env: 'prod',
  }));
}

export function records(seed: number): readonly object[] {
  const dice = new Dice(seed);
  return Array.from({ length: 25 }, (_, i) => ({
    record: `MRN-${pad(dice.int(1, 999999), 6)}`,
    visit: 4000 + i,
    vitals: {
      pulse: dice.int(50, 120),
      temperature: 36 + dice.fraction(1),
      pressure: `${dice.int(90, 160)}/${dice.int(60, 100)}`,
    },
    diagnosis: dice.pick([
      'J06.9 Acute upper respiratory infection',
      'I10 Essential hypertension',
      'E11.9 Type 2 diabetes',
    ]),
    medication: dice.pick([null, 'Lisinopril 10mg', 'Metformin 500mg']),
    notes: `Patient reports ${dice.pick(['headache', 'fatigue', 'cough'])} for ${dice.int(1, 14)} days.`,
  }));
}

export function mails(seed: number): readonly object[] {
  const dice = new Dice(seed);
  const who = (): string => `${dice.pick(['ann', 'ben', 'cleo', 'dev'])}@${dice.pick(['firm', 'client'])}.example`;
  return Array.from({ length: 40 }, (_, i) => ({
    id: `<${dice.hex(8)}@mail.example>`,
    from: who(),
    to: Array.from({ length: dice.int(1, 3) }, who),
    subject: `Re: Matter ${dice.int(100, 140)} - ${dice.pick(['discovery', 'deposition', 'settlement'])}`,
    sent: `2024-0${dice.int(1, 9)}-${pad(dice.int(1, 28), 2)}`,
    attachments: i % 3 === 0 ? [`exhibit_${dice.int(1, 50)}.pdf`] : [],
    privileged: dice.int(0, 3) === 0,
  }));
}

/** The classic flat form to compare with: constants said once, all other columns as comma-separated values. */
export function flatCsv(rows: readonly object[]): string {
  const flat = rows.map((row) => flatten(row, ''));
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

function flatten(value: object, path: string): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
      for (const [inner, text] of flatten(member as object, `${path}${key}.`)) flat.set(inner, text);
    } else flat.set(path + key, typeof member === 'string' ? member : JSON.stringify(member));
  }
  return flat;
}
