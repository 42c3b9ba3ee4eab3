/** Whether the proxy is there, ready, and whole. Nothing is asked of any upstream. */
import { storeKindOf } from '../../core/stores.ts';
import { release } from '../release.ts';
import { type Endpoint, json } from './endpoint.ts';

export const livez: Endpoint = { method: 'GET', path: /^\/livez$/, answer: () => json({ status: 'alive' }) };

export const readyz: Endpoint = {
  method: 'GET',
  path: /^\/readyz$/,
  answer: (_visit, { status }) => (status.isReady ? json({ status: 'ready' }) : json({ status: 'starting' }, 503)),
};

export const health: Endpoint = {
  method: 'GET',
  path: /^\/health$/,
  async answer(_visit, { status, profile, exchanges, optimizer }) {
    const store = await optimizer.status();
    const asked = {
      kind: storeKindOf(status.storePath),
      path: status.storePath ?? null,
      problem: null,
    };
    return json({
      status: 'healthy',
      ready: status.isReady,
      version: release.version,
      node: process.versions.node,
      uptime_s: exchanges.uptimeSeconds,
      config: { optimize: profile !== 'off', cache: false, rate_limit: false, profile },
      store: store ? { kind: store.kind, path: store.path ?? null, problem: store.problem ?? null } : asked,
      missing: store && store.kind !== asked.kind ? [asked.kind] : [],
      warnings: status.warnings,
    });
  },
};
