/** The demo's material: 100 log entries of one night, of which one tells why the shop was down. */

const NEEDLE_ROW = 67;
const ENTRIES = 100;

const NEEDLE = {
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

/** What the answer needs; the model can only know it from the one entry. */
export const FACTS: readonly (readonly [what: string, text: string])[] = [
  ['the level', NEEDLE.level],
  ['the service', NEEDLE.service],
  ['the error code', NEEDLE.error_code],
  ['the fix', NEEDLE.resolution],
  ['the number of transactions', String(NEEDLE.affected_transactions)],
];

export const QUESTION =
  'What caused the outage? Name 1. the service, 2. the exact error code, 3. the specific fix, 4. the number of affected transactions.';

export type LogEntry = Readonly<Record<string, unknown>>;

export function demoLogs(): readonly LogEntry[] {
  return Array.from({ length: ENTRIES }, (_, index) => (index === NEEDLE_ROW ? NEEDLE : ordinary(index)));
}

function ordinary(index: number): LogEntry {
  const pick = (values: readonly string[]): string => values[index % values.length]!;
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    timestamp: `2024-12-15T${two(index % 24)}:${two(index % 60)}:00Z`,
    level: 'INFO',
    service: pick(['api-gateway', 'user-service', 'inventory', 'auth']),
    message: `Request processed successfully - latency=${50 + (index % 100)}ms`,
    request_id: `req-${String(index).padStart(6, '0')}`,
    status_code: 200,
    endpoint: pick(['/api/users', '/api/products', '/api/orders', '/health']),
    metadata: { region: pick(['us-east-1', 'us-west-2', 'eu-west-1']), version: '2.4.1' },
  };
}

/** JSON on one line with `, ` and `: ` between, as Python writes it and most tools send it. */
export function asPythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asPythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${asPythonJson(member)}`)
    .join(', ')}}`;
}
