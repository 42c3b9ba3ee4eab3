/**
 * Needle in a haystack: 100 log entries, one of them the cause of an outage. `needle()` is the published recipe, byte
 * for byte. With a seed it is jittered: `light` keeps the formulas, with other beginnings, and lets one value in ten
 * deviate; `strong` leaves time, service, place and latency to chance, as in a log that nobody made up.
 */
import type { Jitter } from './jitter.ts';
import { chance, padded, times } from './random.ts';

const NEEDLE_INDEX = 67;
const SERVICES = ['api-gateway', 'user-service', 'inventory', 'auth'] as const;
const ENDPOINTS = ['/api/users', '/api/products', '/api/orders', '/health'] as const;
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1'] as const;

export const NEEDLE_FACTS: readonly string[] = ['payment-gateway', 'PG-5523', 'max_connections to 500', '1847'];

export interface LogEntry {
  readonly timestamp: string;
  readonly level: string;
  readonly service: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const NEEDLE: LogEntry = {
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

export function needle(seed?: number, jitter: Jitter = 'strong'): readonly LogEntry[] {
  if (seed === undefined) return times(100, regular).with(NEEDLE_INDEX, NEEDLE);
  return times(100, jitter === 'light' ? deviating(seed) : jittered(seed)).with(NEEDLE_INDEX, NEEDLE);
}

function regular(index: number): LogEntry {
  return {
    timestamp: `2024-12-15T${padded(index % 24, 2)}:${padded(index % 60, 2)}:00Z`,
    level: 'INFO',
    service: SERVICES[index % 4]!,
    message: `Request processed successfully - latency=${50 + (index % 100)}ms`,
    request_id: `req-${padded(index, 6)}`,
    status_code: 200,
    endpoint: ENDPOINTS[index % 4]!,
    metadata: { region: REGIONS[index % 3]!, version: '2.4.1' },
  };
}

function deviating(seed: number): (index: number) => LogEntry {
  const { whole, pick, unit } = chance(seed);
  const [hour, minute, place, latency] = [whole(0, 23), whole(0, 59), whole(0, 3), whole(20, 200)] as const;
  const isOdd = (): boolean => unit() < 0.1;
  return (index) => ({
    timestamp: `2024-12-15T${padded((hour + index) % 24, 2)}:${padded((minute + index) % 60, 2)}:${isOdd() ? padded(whole(1, 59), 2) : '00'}Z`,
    level: 'INFO',
    service: SERVICES[(place + index) % 4]!,
    message: `Request processed successfully - latency=${isOdd() ? whole(20, 900) : latency + (index % 100)}ms`,
    request_id: `req-${padded(index, 6)}`,
    status_code: 200,
    endpoint: ENDPOINTS[(place + index) % 4]!,
    metadata: { region: isOdd() ? pick(REGIONS) : REGIONS[index % 3]!, version: '2.4.1' },
  });
}

function jittered(seed: number): (index: number) => LogEntry {
  const { whole, pick } = chance(seed);
  let second = 3 * 3600;
  return (index) => {
    second += whole(0, 60);
    return {
      timestamp: `2024-12-15T${padded(Math.floor(second / 3600), 2)}:${padded(Math.floor(second / 60) % 60, 2)}:${padded(second % 60, 2)}Z`,
      level: 'INFO',
      service: pick(SERVICES),
      message: `Request processed successfully - latency=${whole(20, 319)}ms`,
      request_id: `req-${padded(index, 6)}`,
      status_code: 200,
      endpoint: pick(ENDPOINTS),
      metadata: { region: pick(REGIONS), version: '2.4.1' },
    };
  };
}
