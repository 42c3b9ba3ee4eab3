/** Where the requests of a wrapped agent end up: where it sent them before, unless the person says otherwise. */
import { backends } from '../../backends/index.ts';
import { type Config, isLoopback } from '../../config/load.ts';
import type { OptionName } from '../../config/options.ts';
import { asObject, type JsonValue } from '../../core/json/value.ts';
import { type Agent, type Scene, splitAddress, type Vendor, type Wiring } from './agent.ts';

export interface Resolved {
  /** The given one, with the agent's own addresses as those of the providers. */
  readonly config: Config;
  readonly upstreams: Readonly<Record<Vendor, string>>;
  readonly remarks: readonly string[];
}

const PROBE_MS = 1_000;

export async function resolveUpstreams(agent: Agent, scene: Scene, config: Config): Promise<Resolved> {
  const usual = agent.usualUpstreams?.(scene) ?? {};
  const wirings = agent.wirings(scene);
  const values: Record<string, unknown> = { ...config.values };
  const sources: Record<string, string> = { ...config.sources };
  const remarks: string[] = [];
  for (const { name } of backends) {
    const option = `${name}-url` as OptionName;
    if (config.sources[option] !== 'default') continue;
    const vendor = name as Vendor;
    const { wiring, remark } = await firstUsable(wirings.filter((one) => one.vendor === vendor));
    if (remark) remarks.push(remark);
    const url = wiring ? upstreamOf(vendor, wiring.url) : usual[vendor];
    if (url === undefined) continue;
    values[option] = url;
    sources[option] = wiring?.where ?? agent.title;
  }
  const resolved = { ...config, values, sources } as unknown as Config;
  const { 'anthropic-url': anthropic, 'openai-url': openai, 'gemini-url': gemini } = resolved.values;
  return { config: resolved, upstreams: { anthropic, openai, gemini }, remarks };
}

/** As an option says it. */
export function upstreamOf(vendor: Vendor, url: string): string | undefined {
  if (vendor === 'openai') return splitAddress(url).upstream;
  return URL.parse(url)
    ?.href.replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
}

async function firstUsable(
  wirings: readonly Wiring[],
): Promise<{ readonly wiring?: Wiring; readonly remark?: string }> {
  for (const wiring of wirings) {
    const found = await whoAnswers(wiring.url);
    if (found === 'nobody')
      return { remark: `${wiring.where} is ${wiring.url}, where nothing answers; it is left aside for this session` };
    if (found === 'other') return { wiring };
  }
  return {};
}

/** What stands behind an address; only on this machine is it asked. Headroom behind Headroom would do everything twice. */
export async function whoAnswers(url: string): Promise<'headroom' | 'other' | 'nobody'> {
  const parsed = URL.parse(url);
  if (!parsed || !isLoopback(parsed.hostname)) return 'other';
  try {
    const response = await fetch(`${parsed.origin}/health`, { signal: AbortSignal.timeout(PROBE_MS) });
    const { status, config } = asObject((await response.json()) as JsonValue);
    return status === 'healthy' && asObject(config)['optimize'] !== undefined ? 'headroom' : 'other';
  } catch (error) {
    return isRefused(error) ? 'nobody' : 'other';
  }
}

function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string; errors?: readonly { code?: string }[] } };
  return cause?.code === 'ECONNREFUSED' || cause?.errors?.every(({ code }) => code === 'ECONNREFUSED') === true;
}
