/** What a request asks for, and what it is called at its upstream. The host is never the client's to choose. */

export interface Target {
  /** Without query: what routes are found by. */
  readonly path: string;
  /** From the question mark on, as it came. */
  readonly query: string;
}

/** @param raw a request target: usually a path; the absolute form loses its scheme and host. */
export function targetOf(raw: string): Target {
  const local = raw.startsWith('/') ? raw : raw.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const rooted = local.startsWith('/') || local === '*' ? local : `/${local}`;
  const cut = rooted.indexOf('?');
  return cut === -1 ? { path: rooted, query: '' } : { path: rooted.slice(0, cut), query: rooted.slice(cut) };
}

/**
 * @param prefix the path of the upstream's address; its last step is not said twice when it is the version. Of Google's
 * versions, which have one API side by side, the path's own counts.
 */
export function joinPath(prefix: string, path: string): string {
  const version = /\/v\d\w*$/.exec(prefix)?.[0];
  if (version === undefined) return prefix + path;
  const own = /^\/v\d\w*(?=\/|$)/.exec(path)?.[0];
  const isSame = own === version || (own !== undefined && /^\/v1(?:alpha|beta)\d*$/.test(version));
  return isSame ? prefix.slice(0, -version.length) + path : prefix + path;
}
