/** What one of the proxy's own pages is given and gives. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '../../core/backend.ts';
import type { App } from '../app.ts';
import type { Target } from '../target.ts';

export interface Visit {
  readonly incoming: IncomingMessage;
  readonly headers: HeaderList;
  readonly target: Target;
  readonly client: ServerResponse;
}

export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** @throws HeadroomError for what is the caller's fault. */
  answer(visit: Visit, app: App): Answer | Promise<Answer>;
}

export function json(value: object, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}
