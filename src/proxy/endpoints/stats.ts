/** What went through since the start, in numbers. */
import { savingsJson } from '../../ledger/report.ts';
import type { App } from '../app.ts';
import { type Endpoint, json } from './endpoint.ts';

export const stats: Endpoint = {
  method: 'GET',
  path: /^\/stats$/,
  answer: async (_visit, app) => json(await statsOf(app)),
};

export async function statsOf({ exchanges, later, status, clerk }: App): Promise<object> {
  await later.flush();
  const savings = await clerk?.savings(status.startedAt);
  return { ...exchanges.snapshot(), savings: savings ? savingsJson(savings) : null, warnings: status.warnings };
}
