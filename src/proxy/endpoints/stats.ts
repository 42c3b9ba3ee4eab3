/** What went through since the start, in numbers. */
import { type Endpoint, json } from './endpoint.ts';

export const stats: Endpoint = {
  method: 'GET',
  path: /^\/stats$/,
  async answer(_visit, { exchanges, later, status }) {
    await later.flush();
    return json({ ...exchanges.snapshot(), warnings: status.warnings });
  },
};
