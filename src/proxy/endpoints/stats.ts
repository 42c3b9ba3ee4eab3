/** What went through since the start, in numbers. */
import { type Endpoint, json } from './endpoint.ts';

export const stats: Endpoint = {
  method: 'GET',
  path: /^\/stats$/,
  answer: (_visit, { exchanges, status }) => json({ ...exchanges.snapshot(), warnings: status.warnings }),
};
