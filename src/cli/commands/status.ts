/** `headroom status`: the proxies that run on this machine, who uses them, and what they saved. */
import { isEverywhere } from '../../config/load.ts';
import { asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { Command, Invocation } from '../command.ts';
import { counted, say, thousands } from '../terminal.ts';
import { readEntries } from '../wrap/entries.ts';
import { ask } from '../wrap/line.ts';
import type { Session } from '../wrap/listing.ts';

const ASK_MS = 2_000;

export const status: Command = {
  summary: 'Shows the proxies that run here, their sessions, and what they saved since they started.',
  examples: [
    ['headroom status', 'for people'],
    ['headroom status --json', 'for programs'],
  ],
  notes: 'It knows the proxies of the home folder, and whatever Headroom listens on --host and --port.',
  flags: [{ name: 'json', doc: 'Print one JSON object.' }],
  options: ['host', 'port', 'token', 'home'],
  async run({ flags, config }: Invocation): Promise<number> {
    const found = await runningProxies(config);
    if (flags.has('json')) say(JSON.stringify({ proxies: found.map(asJson) }));
    else print(found);
    return 0;
  },
};

interface Running {
  readonly url: string;
  readonly version: string;
  readonly profile: string;
  readonly pid: number | undefined;
  readonly uptimeSeconds: number;
  /** Undefined where it is not known: it was started from another home folder. */
  readonly sessions: readonly Session[] | undefined;
  readonly isForSessions: boolean;
  /** What /stats says; undefined when it does not answer. */
  readonly requests: number | undefined;
  readonly savedTokens: number | undefined;
}

export async function runningProxies({ values }: Pick<Invocation['config'], 'values'>): Promise<readonly Running[]> {
  const asked = await Promise.all(readEntries(values.home).map((entry) => ask(entry, 'look')));
  const listed = await Promise.all(
    asked.map(async (one): Promise<Running | undefined> => {
      if (!one) return undefined;
      const { proof: _proof, startedAt, ...rest } = one;
      return {
        ...rest,
        uptimeSeconds: Math.round((Date.now() - startedAt) / 1000),
        ...(await statsAt(one.url, values.token)),
      };
    }),
  );
  const found = listed.filter((one) => one !== undefined);
  const local = isEverywhere(values.host) ? '127.0.0.1' : values.host;
  const url = `http://${local.includes(':') ? `[${local}]` : local}:${values.port}`;
  const isListed = found.some((one) => new URL(one.url).port === String(values.port));
  const other = isListed || values.port === 0 ? undefined : await unlisted(url, values.token);
  return other ? [...found, other] : found;
}

async function unlisted(url: string, token: string | undefined): Promise<Running | undefined> {
  const { status: said, version, config, uptime_s: uptime } = await jsonAt(`${url}/health`, token);
  const { optimize, profile } = asObject(config);
  if (said !== 'healthy' || typeof version !== 'string' || optimize === undefined) return undefined;
  return {
    url,
    version,
    profile: typeof profile === 'string' ? profile : 'not known',
    pid: undefined,
    uptimeSeconds: Number(uptime),
    sessions: undefined,
    isForSessions: false,
    ...(await statsAt(url, token)),
  };
}

async function statsAt(url: string, token: string | undefined): Promise<Pick<Running, 'requests' | 'savedTokens'>> {
  const { requests, tokens } = await jsonAt(`${url}/stats`, token);
  const [total, saved] = [asObject(requests)['total'], asObject(tokens)['saved']];
  return {
    requests: typeof total === 'number' ? total : undefined,
    savedTokens: typeof saved === 'number' ? saved : undefined,
  };
}

/** Empty when nothing answers, or something that is no JSON. */
async function jsonAt(url: string, token: string | undefined): Promise<JsonObject> {
  try {
    const headers: Record<string, string> = token === undefined ? {} : { 'x-headroom-token': token };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS) });
    return asObject((await response.json()) as JsonValue);
  } catch {
    return {};
  }
}

function asJson({ uptimeSeconds, isForSessions, savedTokens, ...rest }: Running): object {
  const sessions = rest.sessions?.map(({ since, ...one }) => ({ ...one, since: new Date(since).toISOString() }));
  return {
    ...rest,
    sessions: sessions ?? null,
    pid: rest.pid ?? null,
    requests: rest.requests ?? null,
    uptime_s: uptimeSeconds,
    for_sessions: isForSessions,
    saved_tokens: savedTokens ?? null,
  };
}

function print(found: readonly Running[]): void {
  if (found.length === 0) return say('no proxy runs; headroom wrap AGENT or headroom proxy starts one');
  for (const { url, version, profile, pid, uptimeSeconds, sessions, requests, savedTokens, isForSessions } of found) {
    const process = pid === undefined ? '' : `, process ${pid}`;
    say(`${url}  version ${version}, profile ${profile}${process}, up ${duration(uptimeSeconds)}`);
    if (requests !== undefined && savedTokens !== undefined)
      say(`  ${counted(requests, 'request')}, ${thousands(savedTokens)} tokens saved since then`);
    for (const { agent, pid: owner, since } of sessions ?? [])
      say(`  session ${agent}, process ${owner}, for ${duration(Math.round((Date.now() - since) / 1000))}`);
    if (isForSessions) say('  ends with the last of its sessions');
  }
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
