/** Where a request goes and what it speaks: by its path, and where several vendors share one by its credential. */
import type { HeaderList } from '../core/backend.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { App } from './app.ts';
import type { Upstream } from './send/upstream.ts';
import { joinPath, type Target } from './target.ts';

export interface Route {
  /** Undefined for paths that say nothing we read. */
  readonly format: WireFormat | undefined;
  readonly isCount: boolean;
  /** The model, where the path names it; else empty. */
  readonly model: string;
  readonly upstream: Upstream;
  /** What is asked of the upstream: its own spelling of the path for the paths of formats, else as it came. */
  readonly path: string;
}

export function routeOf(
  { path, query }: Target,
  headers: HeaderList,
  app: Pick<App, 'formats' | 'backends' | 'upstreams'>,
): Route {
  for (const format of app.formats) {
    const wire = format.paths.find(({ pattern }) => pattern.test(path));
    if (!wire) continue;
    const upstream = app.upstreams.get(wire.backend ?? format.backend)!;
    const model = wire.pattern.exec(path)?.groups?.['model'] ?? '';
    // Replacing lets a pattern hand its groups on.
    const known = joinPath(upstream.prefix, path.replace(wire.pattern, wire.upstream));
    return { format, isCount: wire.isCount, model, upstream, path: known + query };
  }
  const backend =
    app.backends.find(({ ownPaths }) => ownPaths.test(path)) ??
    app.backends.find((one) => one.claims(headers, path + query)) ??
    app.backends.at(-1)!;
  const upstream = app.upstreams.get(backend.name)!;
  return { format: undefined, isCount: false, model: '', upstream, path: joinPath(upstream.prefix, path) + query };
}
