/**
 * Logs of several services in one text, each line behind the name of the one that wrote it: `web-1  | …` as Compose
 * prints them, `[web] …` as kubectl and programs that run others do.
 */

const NAMED = /^(?:([A-Za-z][\w.-]{0,60}) +\| |\[([A-Za-z][\w./-]{0,80}|\d{1,2})\] )/;
/** In brackets stand levels too. */
const LEVEL = /^(?:fatal|critical|crit|severe|error|err|warn|warning|notice|info|debug|trace|verbose)$/i;
const MIN_LINES = 8;
const MIN_SHARE = 0.9;
const MIN_SERVICES = 2;
/** Names that come once or twice name something else. */
const MIN_LINES_EACH = 4;

export interface Said {
  readonly service: string;
  readonly rest: string;
}

/** Undefined for a line that names nobody. */
export function readService(line: string): Said | undefined {
  const match = NAMED.exec(line);
  const service = match?.[1] ?? match?.[2];
  return service === undefined || LEVEL.test(service) ? undefined : { service, rest: line.slice(match![0].length) };
}

/** Whether nearly all lines that are not blank name one of a few services. */
export function areOfServices(lines: readonly string[]): boolean {
  let filled = 0;
  let named = 0;
  const services = new Set<string>();
  for (const line of lines) {
    if (line === '') continue;
    filled++;
    const said = readService(line);
    if (!said) continue;
    named++;
    services.add(said.service);
  }
  const isNearlyAll = filled >= MIN_LINES && named >= filled * MIN_SHARE;
  return isNearlyAll && services.size >= MIN_SERVICES && services.size * MIN_LINES_EACH <= named;
}
