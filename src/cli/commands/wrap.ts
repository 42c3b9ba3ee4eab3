/** `headroom wrap`: starts an agent with its requests going through a proxy, and leaves nothing behind. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { suggestion } from '../../config/nearest.ts';
import type { Config } from '../../config/load.ts';
import { OPTION_NAMES, type OptionName, type OptionRow, OPTIONS, valueText } from '../../config/options.ts';
import { HeadroomError } from '../../core/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { remark, say, warn } from '../terminal.ts';
import { type Agent, type Held, type Launched, sceneHere } from '../wrap/agent.ts';
import { AGENTS } from '../wrap/agents/index.ts';
import { PROGRAM } from '../wrap/join-proxy.ts';
import { confirm } from './mcp-clients.ts';

/** Those of the proxy that are not the session's own affair. */
const OWN: ReadonlySet<OptionName> = new Set(['host', 'port', 'token']);

export const wrap: Command = {
  summary: 'Starts an agent with its requests going through a proxy.',
  examples: [
    ['headroom wrap claude', 'Claude Code, as it is started without'],
    ['headroom wrap codex -- exec "what does this do?"', 'what stands behind -- is the agent’s'],
    ['headroom wrap --profile lossless gemini', 'only forms that lose nothing'],
    [
      'headroom wrap claude --install',
      'from now on whenever claude is typed, with the flags given here; shows the change first',
    ],
  ],
  notes: [
    `Agents: ${AGENTS.map(({ name }) => name).join(', ')}.`,
    'Sessions with the same version and options share one proxy, which ends with the last of them. Only the environment of the',
    'agent is set, nothing is written; with --install one line goes into the start file of your shell, and headroom unwrap takes',
    'it out again. When the proxy dies the agent goes on directly. The exit code is the agent’s.',
  ].join('\n'),
  argument: { name: 'AGENT [-- ARGUMENT...]', isRequired: true, isMany: true },
  flags: [
    { name: 'install', doc: 'Write it into the start file of your shell, in place of starting the agent.' },
    { name: 'yes', short: 'y', doc: 'With --install: do not ask.' },
    { name: 'dry-run', doc: 'With --install: show the change and make none.' },
  ],
  options: OPTION_NAMES.filter((name) => !OWN.has(name)),
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const [name, ...words] = invocation.positionals;
  const agent = agentNamed(name!, 'wrap');
  const { flags, config } = invocation;
  config.warnings.forEach(warn);
  if (!flags.has('install')) {
    for (const flag of ['yes', 'dry-run']) if (flags.has(flag)) throw wrong(`--${flag} belongs to --install`);
  }
  const { way } = agent;
  if (way.kind === 'impossible') return explained(way.advice);
  if (flags.has('install')) return installed(agent, words, invocation);
  if (way.kind === 'held') return held(agent, way, invocation);
  const refusal = way.refuses?.(sceneHere());
  return refusal ? explained(refusal) : launched(agent, way, words, invocation);
}

/** @throws HeadroomError BAD_OPTION. */
export function agentNamed(name: string, command: 'wrap' | 'unwrap'): Agent {
  const names = AGENTS.map((agent) => agent.name);
  const agent = AGENTS.find((candidate) => candidate.name === name);
  if (agent) return agent;
  const hint = suggestion(name, names);
  throw wrong(`unknown agent ${name}${hint}${hint ? ' Known' : '; known'} are ${names.join(', ')}`, command);
}

function wrong(problem: string, command = 'wrap'): HeadroomError {
  return new HeadroomError('BAD_OPTION', `${command}: ${problem}`);
}

function note(line: string): void {
  remark(`headroom: ${line}`);
}

function explained(lines: readonly string[]): number {
  lines.forEach(remark);
  return 1;
}

async function launched(
  agent: Agent,
  way: Launched,
  words: readonly string[],
  { config }: Invocation,
): Promise<number> {
  const [{ resolveUpstreams }, { openSession }, { childEnvironment, runChild }, { release }] = await Promise.all([
    import('../wrap/upstreams.ts'),
    import('../wrap/session.ts'),
    import('../wrap/run-child.ts'),
    import('../../proxy/release.ts'),
  ]);
  const scene = sceneHere();
  const resolved = await resolveUpstreams(agent, scene, config);
  resolved.remarks.forEach(note);
  const session = await openSession({
    version: release.version,
    config: resolved.config,
    agent: agent.name,
    port: 0,
    remark: note,
  });
  try {
    const settings = way.settings({ url: session.url, upstreams: resolved.upstreams, words }, scene);
    settings.remarks?.forEach(note);
    const environment = childEnvironment(settings.variables);
    return await runChild({ program: way.program, words: [...(settings.words ?? []), ...words], environment });
  } finally {
    session.close();
  }
}

/** For an agent in an editor the door stands where it has always been told, and closes with Ctrl-C. */
async function held(agent: Agent, way: Held, { config }: Invocation): Promise<number> {
  const [{ openSession }, { release }] = await Promise.all([
    import('../wrap/session.ts'),
    import('../../proxy/release.ts'),
  ]);
  const { port } = config.values;
  const options = { version: release.version, config, agent: agent.name, port, remark: note };
  const session = await openSession(options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new HeadroomError('PORT_IN_USE', `port ${port} is taken: set HEADROOM_PORT to another one`, { cause: error });
  });
  way.advice(session.url).forEach(say);
  say('It answers there until you end this with Ctrl-C; take the address out of the settings then.');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
    setInterval(() => undefined, 60_000);
  });
  session.close();
  process.exit(0);
}

async function installed(agent: Agent, words: readonly string[], { flags, config }: Invocation): Promise<number> {
  const { way } = agent;
  if (way.kind !== 'launched')
    throw wrong(
      `--install: ${agent.title} is not started by a shell; headroom wrap ${agent.name} says what can be done`,
    );
  if (words.length > 0)
    throw wrong(`--install: ${JSON.stringify(words[0])} is for the agent; type it when you start it`);
  const { planWrapping } = await import('../wrap/start-files.ts');
  const change = planWrapping(way.program, { program: programWords(), flags: flagsGiven(config) }, sceneHere());
  if (!change) {
    note(`${agent.title} is wrapped already`);
    return 0;
  }
  if (!(await confirm(change, flags))) return flags.has('dry-run') ? 0 : 1;
  change.make();
  note(`${way.program} is wrapped in shells that you open from now on; headroom unwrap ${agent.name} undoes it`);
  return 0;
}

/** Those of the command line alone: variables and the file count anew in each session. @throws HeadroomError for secrets. */
function flagsGiven({ values, sources }: Config): readonly string[] {
  const given = OPTION_NAMES.filter((name) => sources[name] === `--${name}`);
  return given.map((name) => {
    const text = valueText(name, values[name]);
    const { redact = String, variable } = OPTIONS[name] as OptionRow<unknown>;
    if (redact(text) !== text)
      throw wrong(`--install: --${name} has a password, which others may read there; set ${variable} or config.toml`);
    if (/[\r\n]/.test(text)) throw wrong(`--install: --${name} has a line break; set ${variable} or config.toml`);
    // A list that is to be empty.
    return `--${name}=${text || ' '}`;
  });
}

/** By its short name where that is this very program. @throws HeadroomError where it will not be there tomorrow. */
function programWords(): readonly string[] {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')));
  const first = folders.map((folder) => join(folder, 'headroom')).find((file) => existsSync(file));
  if (first !== undefined && realpathSync(first) === realpathSync(PROGRAM)) return ['headroom'];
  if (!PROGRAM.split(sep).includes('_npx')) return [process.execPath, PROGRAM];
  throw wrong('--install: npx may remove this copy at any time; first npm install -g headroom-ts');
}
