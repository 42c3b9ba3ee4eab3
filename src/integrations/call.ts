/** What a fetched request means to us, and the same request with another body. */
import type { HeaderList } from '../core/backend.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { JsonObject } from '../core/json/value.ts';
import { tenantOf } from '../core/tenant.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { Job } from '../pipeline/engine.ts';
import type { Engines } from '../sdk/engines.ts';
import type { Inside } from '../sdk/headroom.ts';
import { type Call, type Fetch, isBytes } from './fetch.ts';

export const BYPASS = 'x-headroom-bypass';

export interface Sending {
  readonly inner: Fetch;
  readonly engines: Engines;
  readonly headroom: Inside;
}

export function bytesIn({ init: { body } }: Call): Uint8Array | undefined {
  if (typeof body === 'string') return body === '' ? undefined : Buffer.from(body);
  return isBytes(body) ? new Uint8Array(body as ArrayBuffer) : undefined;
}

/** The call with another body, of the sort that it had. */
export function withBody({ init, headers }: Pick<Call, 'init' | 'headers'>, body: Uint8Array): RequestInit {
  const without = new Headers(headers);
  without.delete('content-length');
  const isText = typeof init.body === 'string';
  return { ...init, headers: without, body: isText ? Buffer.from(body).toString() : new Uint8Array(body) };
}

/** What a call means to us. */
export interface Reading {
  readonly format: WireFormat;
  readonly job: Omit<Job, 'body'>;
}

/** Base URLs may end in anything: the path is looked for in what follows. */
export function tailsOf(path: string): readonly string[] {
  const starts = Array.from(path.matchAll(/\//g), ({ index }) => index);
  return starts.length === 0 ? [path] : starts.map((start) => path.slice(start));
}

export function readingOf({ url, headers, init }: Call, { engines, headroom }: Sending): Reading | undefined {
  const isEncoded = !['', 'identity'].includes((headers.get('content-encoding') ?? '').trim().toLowerCase());
  if (isEncoded || (init.method ?? 'GET').toUpperCase() !== 'POST') return undefined;
  for (const path of tailsOf(url.pathname)) {
    for (const format of engines.formats) {
      const wire = format.paths.find(({ pattern }) => pattern.test(path));
      if (!wire) continue;
      const isBypassed = headers.get(BYPASS)?.trim().toLowerCase() === 'true';
      const tenant = headroom.serve(tenantFor(url, headers));
      const model = wire.pattern.exec(path)?.groups?.['model'] ?? '';
      const intent = isBypassed ? 'as-is' : wire.isCount ? 'ask' : 'send';
      const windowTokens = format.windowFrom?.([...headers] as HeaderList);
      // The APIs of clouds that have a date know only what there was then.
      const aligns = !url.searchParams.has('api-version');
      const job: Reading['job'] = {
        format: format.name,
        tenant,
        upstream: url.origin,
        model,
        windowTokens,
        aligns,
        intent,
      };
      return { format, job };
    }
  }
  return undefined;
}

export function tenantFor({ search }: URL, headers: Headers): string {
  return tenantOf([...headers] as HeaderList, search);
}

/** The request with hooks' changes; its very bytes where there are none. */
export function hooked(body: Uint8Array, { format, job }: Reading, { headroom }: Sending): Uint8Array {
  const { hooks } = headroom.options;
  if (!hooks?.before || job.intent === 'as-is') return body;
  try {
    const request = JsonDocument.parse(body).value as JsonObject;
    const instead = hooks.before({ api: format.name, model: job.model ?? '', request });
    return instead ? Buffer.from(JSON.stringify(instead)) : body;
  } catch {
    return body;
  }
}
