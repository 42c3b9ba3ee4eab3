/** What went through since the start, in numbers. */
import type { App } from '../app.ts';
import { type Endpoint, json } from './endpoint.ts';

export const stats: Endpoint = {
  method: 'GET',
  path: /^\/stats$/,
  answer: async (_visit, app) => json(await statsOf(app)),
};

export async function statsOf({ exchanges, later, status }: App): Promise<object> {
  await later.flush();
  return { ...exchanges.snapshot(), warnings: status.warnings };
}
