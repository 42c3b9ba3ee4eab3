/**
 * The three tables that the lossless forms were designed on, 100 log entries each with one FATAL row: `regular`
 * follows formulas, `realistic` has jittered times and six message templates, `hard` has random ids besides.
 */
import { type Chance, chance, padded, times } from './random.ts';

const FATAL_INDEX = 67;
const SERVICES = ['api-gateway', 'user-service', 'inventory', 'auth', 'payment-gateway'] as const;
const FATAL_EXTRA = {
  error_code: 'PG-5523',
  resolution: 'Increase max_connections to 500 in config/database.yml',
  affected_transactions: 1847,
} as const;

type Row = Readonly<Record<string, unknown>>;

export interface LogTables {
  readonly regular: readonly Row[];
  readonly realistic: readonly Row[];
  readonly hard: readonly Row[];
}

export function logTables(seed: number): LogTables {
  const random = chance(seed);
  return {
    regular: regular(),
    realistic: jittered(random, (index) => `req-${padded(index, 6)}`),
    hard: jittered(random, () => `req-${random.hex(12)}`),
  };
}

function regular(): readonly Row[] {
  const rows = times<Row>(100, (index) => ({
    timestamp: `2024-12-15T${padded(index % 24, 2)}:${padded(index % 60, 2)}:00Z`,
    level: 'INFO',
    service: SERVICES[index % 5],
    message: `Request processed successfully - latency=${50 + index}ms`,
    request_id: `req-${padded(index, 6)}`,
    status_code: 200,
  }));
  return rows.with(FATAL_INDEX, fatal('2024-12-15T03:47:23Z', `req-${padded(FATAL_INDEX, 6)}`));
}

function fatal(timestamp: string, id: string): Row {
  return {
    timestamp,
    level: 'FATAL',
    service: 'payment-gateway',
    message: 'Connection pool exhausted',
    request_id: id,
    status_code: 500,
    ...FATAL_EXTRA,
  };
}

function jittered(random: Chance, idOf: (index: number) => string): readonly Row[] {
  let time = Date.UTC(2024, 11, 15, 3, 40, 0);
  return times(100, (index) => {
    time += random.whole(0, 8999);
    const timestamp = new Date(time).toISOString();
    if (index === FATAL_INDEX) return fatal(timestamp, idOf(index));
    const [level, status_code, message] = event(random);
    return { timestamp, level, service: random.pick(SERVICES), message, request_id: idOf(index), status_code };
  });
}

type Event = readonly [level: string, status: number, message: string];

const EVENTS: readonly (readonly [share: number, make: (random: Chance) => Event])[] = [
  [0.45, ({ whole }) => ['INFO', 200, `Request processed successfully - latency=${whole(20, 319)}ms`]],
  [0.2, ({ whole }) => ['INFO', 200, `Cache hit for key user:${whole(1000, 9999)}`]],
  [0.13, ({ whole }) => ['INFO', 201, `Created order ${whole(10000, 99999)} for customer ${whole(1000, 9999)}`]],
  [0.12, () => ['INFO', 200, 'Health check passed']],
  [
    0.04,
    ({ whole }) => ['WARN', 429, `Rate limit approaching for tenant t-${whole(100, 999)}: ${whole(80, 99)}% used`],
  ],
  [0.06, ({ whole }) => ['INFO', 304, `Config unchanged, version ${whole(1, 9)}.${whole(0, 19)}`]],
];

function event(random: Chance): Event {
  let left = random.unit();
  for (const [share, make] of EVENTS) {
    if (left < share) return make(random);
    left -= share;
  }
  return EVENTS.at(-1)![1](random);
}
