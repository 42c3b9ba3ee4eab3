/** `headroom proxy`: starts the proxy, says how to use it, and ends it in order. */
import { type Config, isEverywhere, isLoopback } from '../../config/load.ts';
import { OPTION_NAMES, type OptionRow, OPTIONS, valueText } from '../../config/options.ts';
import { HeadroomError } from '../../core/errors.ts';
import { asObject, type JsonValue } from '../../core/json/value.ts';
import type { ProxyOptions, RunningProxy } from '../../proxy/server.ts';
import { checkStores } from '../../stores/index.ts';
import type { Command, Invocation } from '../command.ts';
import { learningOf } from '../learning.ts';
import { modelSettings } from '../models.ts';
import { storeSettings } from '../stores.ts';
import { colorsFor, columns, remark, say, warn } from '../terminal.ts';

/** One Ctrl-C may arrive twice, from the terminal and from npm: only a later one means "at once". */
const SAME_SIGNAL_MS = 300;
/** After a second signal nobody waits longer for the accounts of what it cut. */
const ACCOUNTS_MS = 3000;
const PROBE_TIMEOUT_MS = 1000;

export const proxy: Command = {
  summary: 'Starts the proxy between your agent and its model provider.',
  examples: [
    ['headroom proxy', 'listen on http://127.0.0.1:8787'],
    ['ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude', 'in another terminal: Claude Code through it'],
    ['OPENAI_BASE_URL=http://127.0.0.1:8787/v1 my-program', 'OpenAI clients'],
    ['headroom proxy --profile lossless', 'only forms that lose nothing'],
    ['headroom proxy --print-config', 'show each option and where it came from'],
  ],
  notes:
    'Ctrl-C (or SIGTERM) takes nothing more and gives running exchanges 5 minutes to end; a second one cuts them, records\n' +
    'what they came to, and ends at once.\n' +
    'Each flag is also a variable and a key of config.toml in the home folder; flag beats variable beats file.',
  flags: [
    { name: 'print-config', doc: 'Print each option with its value and where it came from, and exit.' },
    { name: 'for-sessions', doc: 'End with the last session of headroom wrap, which starts its proxy with this.' },
  ],
  options: OPTION_NAMES,
  async run({ flags, config }: Invocation): Promise<number> {
    if (flags.has('print-config')) {
      printConfig(config);
      return 0;
    }
    config.warnings.forEach(warn);
    const running = await start(config);
    await enlist(running, config, flags.has('for-sessions'));
    announce(running, config);
    return untilStopped(running);
  },
};

function printConfig({ values, sources, configPath, warnings }: Config): void {
  const rows = OPTION_NAMES.map((name) => {
    const value = values[name];
    const { isSecret, redact } = OPTIONS[name] as OptionRow<unknown>;
    const text = value === undefined ? 'not set' : valueText(name, value);
    const shown = isSecret && value !== undefined ? 'set' : (redact?.(text) ?? text);
    return [name, shown, sources[name]];
  });
  columns(rows).forEach(say);
  say(`config file: ${configPath}`);
  warnings.forEach(warn);
}

async function start(config: Config): Promise<RunningProxy> {
  const { startProxy } = await import('../../proxy/server.ts');
  const { version } = (await import('../../proxy/release.ts')).release;
  const store = storeSettings(config);
  checkStores({ path: config.storePath, ...store });
  const models = await modelSettings(config);
  try {
    return await startProxy(
      { ...proxyOptions(config), store, ...learningOf(config, store), ...models },
      {
        // Loaded with the first request for it.
        answerMcp: async (request, caller) => (await import('../../mcp/http.ts')).answerMcp(request, caller, version),
      },
    );
  } catch (error) {
    throw isPortTaken(error) ? await portTaken(config, error) : error;
  }
}

/** For `headroom status`, `headroom stop` and the sessions of `headroom wrap`. */
async function enlist({ url }: RunningProxy, config: Config, isForSessions: boolean): Promise<void> {
  const [{ list }, { release }] = await Promise.all([import('../wrap/listing.ts'), import('../../proxy/release.ts')]);
  await list({ url, version: release.version, config, isForSessions }, () => process.emit('SIGTERM', 'SIGTERM'));
}

function proxyOptions({ values, storePath }: Config): ProxyOptions {
  return {
    host: values.host,
    port: values.port,
    upstreams: { anthropic: values['anthropic-url'], openai: values['openai-url'], gemini: values['gemini-url'] },
    profile: values.profile,
    tools: values.tools,
    prose: values.prose,
    holdout: values.holdout,
    aligns: values['cache-align'] === 'auto',
    fits: values['context-fit'] === 'auto',
    deepens: values['cold-deepen'] === 'auto',
    keepMinutes: values['cache-keep'] === 'off' ? undefined : values['cache-keep'],
    limits: { budgets: values.budget, requestsAMinute: values.rpm, tokensAMinute: values.tpm },
    guard: values.guard,
    textObservations: values['text-observations'],
    token: values.token,
    storePath,
    maxBodyBytes: values['max-body-mb'] * 1_048_576,
    deadlineMs: values['deadline-ms'],
    workers: values.workers,
    connectTimeoutMs: values['connect-timeout-ms'],
    responseTimeoutMs: values['response-timeout-ms'],
    logLevel: values['log-level'],
    warn,
  };
}

function isPortTaken(error: unknown): boolean {
  if (error instanceof HeadroomError) return error.code === 'PORT_IN_USE';
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
}

async function portTaken({ values: { host, port } }: Config, cause: unknown): Promise<HeadroomError> {
  const other = await headroomAt(host, port);
  const holder = other === undefined ? 'another program listens there;' : `${other} already listens there; use it, or`;
  return new HeadroomError(
    'PORT_IN_USE',
    `port ${port} on ${host} is taken: ${holder} start this one elsewhere with --port ${port === 65_535 ? 0 : port + 1}`,
    { cause },
  );
}

/** Which Headroom listens there, in words; undefined when it is something else. */
async function headroomAt(host: string, port: number): Promise<string | undefined> {
  try {
    const target = isEverywhere(host) ? '127.0.0.1' : host;
    const response = await fetch(`http://${target.includes(':') ? `[${target}]` : target}:${port}/health`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const { status, version, config } = asObject((await response.json()) as JsonValue);
    const { optimize, profile } = asObject(config);
    if (status !== 'healthy' || typeof version !== 'string' || optimize === undefined) return undefined;
    return `a Headroom proxy, version ${version}${typeof profile === 'string' ? `, profile ${profile},` : ','}`;
  } catch {
    return undefined;
  }
}

function announce({ url, port }: RunningProxy, { values, storePath }: Config): void {
  const { bold, dim } = colorsFor(process.stdout);
  const local = isEverywhere(values.host) ? `http://127.0.0.1:${port}` : url;
  say(`Headroom listens on ${bold(url)} (profile ${values.profile})`);
  say(`  Claude Code    ${bold(`ANTHROPIC_BASE_URL=${local} claude`)}`);
  say(`  OpenAI client  ${bold(`OPENAI_BASE_URL=${local}/v1`)}`);
  if (!isLoopback(values.host)) say(`  every request     needs the header x-headroom-token`);
  const locked = values['store-key-file'] === undefined ? '' : ', encrypted';
  say(dim(`  store          ${storePath ?? 'in memory, gone when the proxy ends'}${locked}`));
}

/** Resolves once the proxy has ended: the first signal lets running exchanges finish, a second one only their accounts. */
function untilStopped(running: RunningProxy): Promise<number> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined;
    let code = 0;
    const stop = (signal: NodeJS.Signals): void => {
      if (firstAt !== undefined) {
        if (performance.now() - firstAt <= SAME_SIGNAL_MS) return;
        const isThird = code > 0;
        code = signal === 'SIGINT' ? 130 : 143;
        if (isThird) process.exit(code);
        running.cut();
        setTimeout(() => process.exit(code), ACCOUNTS_MS).unref();
        return;
      }
      firstAt = performance.now();
      remark(`headroom: ${signal}: letting running exchanges finish, for 5 minutes at most; again to end at once`);
      running.close().then(() => resolve(code), reject);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  });
}
