/** Where a request goes and what it speaks: by its path, and where several vendors share one by its credential. */
import type { HeaderList } from '../core/backend.ts';
import type { WireFormat, WirePath } from '../core/wire-format.ts';
import type { App } from './app.ts';
import type { Upstream } from './send/upstream.ts';
import { joinPath, type Target } from './target.ts';

export interface Route {
  /** Undefined for paths that say nothing we read. */
  readonly format: WireFormat | undefined;
  /** What the requests of a batch are in: nothing but their results is read, and no answer. */
  readonly batch?: WireFormat;
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
  const known = (wire: Pick<WirePath, 'pattern' | 'upstream'>, name: string): Omit<Route, 'format' | 'isCount'> => {
    const upstream = app.upstreams.get(name)!;
    const model = wire.pattern.exec(path)?.groups?.['model'] ?? '';
    // Replacing lets a pattern hand its groups on.
    return { model, upstream, path: joinPath(upstream.prefix, path.replace(wire.pattern, wire.upstream)) + query };
  };
  for (const format of app.formats) {
    const isOurs = ({ pattern }: Pick<WirePath, 'pattern'>): boolean => pattern.test(path);
    const wire = format.paths.find(isOurs);
    if (wire) return { format, isCount: wire.isCount, ...known(wire, wire.backend ?? format.backend) };
    const batch = format.batch?.paths.find(isOurs);
    if (batch) return { format: undefined, batch: format, isCount: false, ...known(batch, format.backend) };
  }
  const backend =
    app.backends.find(({ ownPaths }) => ownPaths.test(path)) ??
    app.backends.find((one) => one.claims(headers, path + query)) ??
    app.backends.at(-1)!;
  const upstream = app.upstreams.get(backend.name)!;
  return { format: undefined, isCount: false, model: '', upstream, path: joinPath(upstream.prefix, path) + query };
}
