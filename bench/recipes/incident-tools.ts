/** What an agent's tools answer while it looks into an incident: log search, database query, file search. Seeded. */
import { createHash } from 'node:crypto';
import { type Chance, padded, times } from './random.ts';

const SERVICES = ['api-gateway', 'auth-service', 'payment-service', 'user-service', 'notification-service'] as const;
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'WARN', 'ERROR', 'DEBUG'] as const;
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1'] as const;

function messageFor(level: string, service: string, { pick, whole }: Chance): string {
  if (level === 'ERROR') {
    return pick([
      `Connection refused to ${service}:8080 - ECONNREFUSED`,
      `Timeout waiting for response from ${service} after 30000ms`,
      'Failed to process request: NullPointerException',
      'Database connection pool exhausted',
    ]);
  }
  if (level === 'WARN') {
    return pick([
      'High latency detected: 2500ms (threshold: 1000ms)',
      'Rate limit approaching: 450/500 requests',
      'Memory usage at 85%',
      `Retry attempt 3/5 for ${service}`,
    ]);
  }
  return pick([
    'Request processed successfully',
    'Health check passed',
    `Cache hit for key: user_session_${whole(1000, 9999)}`,
    `Authenticated user: user_${whole(1000, 9999)}`,
  ]);
}

export function logSearch(count: number, random: Chance): unknown {
  const { pick, whole } = random;
  const entries = times(count, (index) => {
    const level = pick(LEVELS);
    const service = pick(SERVICES);
    return {
      timestamp: `2024-01-15T${10 + Math.floor(index / 60)}:${padded(index % 60, 2)}:00Z`,
      level,
      service,
      message: messageFor(level, service, random),
      trace_id: createHash('md5').update(String(index)).digest('hex').slice(0, 16),
      metadata: { host: `pod-${service}-${whole(1, 5)}`, region: pick(REGIONS) },
    };
  });
  return { total_hits: 10 * count, returned: count, entries };
}

const COLUMNS = [
  'user_id',
  'email',
  'created_at',
  'last_login',
  'total_orders',
  'total_revenue',
  'status',
  'country',
  'subscription_tier',
] as const;

export function databaseQuery(count: number, { pick, whole, unit }: Chance): unknown {
  const rows = times(count, (index) => ({
    user_id: `user_${10000 + index}`,
    email: `user${index}@example.com`,
    created_at: `2024-01-${padded(whole(1, 28), 2)}`,
    last_login: `2024-01-${padded(whole(1, 28), 2)}T${padded(whole(0, 23), 2)}:${padded(whole(0, 59), 2)}:00Z`,
    total_orders: whole(0, 100),
    total_revenue: Number((unit() * 10_000).toFixed(2)),
    status: pick(['active', 'active', 'active', 'inactive', 'suspended']),
    country: pick(['US', 'UK', 'DE', 'FR', 'JP', 'CA', 'AU']),
    subscription_tier: pick(['free', 'free', 'basic', 'premium', 'enterprise']),
  }));
  for (let outlier = 0; outlier < 3; outlier++) {
    rows[whole(0, count - 1)]!.total_revenue = Number((50_000 + unit() * 50_000).toFixed(2));
    rows[whole(0, count - 1)]!.status = 'suspended';
  }
  return { columns: COLUMNS, row_count: count, rows, execution_time_ms: whole(50, 500) };
}

const PROJECT_PATHS = [
  'src/auth/middleware.py',
  'src/auth/jwt_handler.py',
  'src/auth/oauth.py',
  'src/api/routes.py',
  'src/api/handlers.py',
  'src/models/user.py',
  'src/models/session.py',
  'src/services/auth_service.py',
  'src/services/user_service.py',
  'src/services/payment_service.py',
  'src/utils/crypto.py',
  'tests/test_auth.py',
  'tests/test_api.py',
  'config/settings.py',
] as const;

export function fileSearch(query: string, count: number, { whole, unit }: Chance): unknown {
  const matches = times(count, (index) => ({
    path: PROJECT_PATHS[index] ?? `src/modules/module_${index}.py`,
    type: 'file',
    size: whole(500, 15_000),
    modified: `2024-01-${padded(whole(1, 28), 2)}`,
    matches: [
      {
        line: whole(10, 500),
        content: `    def process_${query}(self, data):`,
        context_before: '    # Process the incoming request',
        context_after: '        return self.validate(data)',
      },
    ],
    score: Number((0.5 + unit() * 0.5).toFixed(3)),
  }));
  return { total_matches: count, files_searched: 10 * count, matches };
}
