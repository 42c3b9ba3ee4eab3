/** Each agent that is here: where it talks to, whether that answers, and what it loses behind a proxy. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type Agent, readJsonFile, type Scene, textAt, type Wiring } from '../wrap/agent.ts';
import { AGENTS } from '../wrap/agents/index.ts';
import { wrappedAgents } from '../wrap/start-files.ts';
import { whoAnswers } from '../wrap/upstreams.ts';
import type { Check, Finding } from './check.ts';

export const agents: Check = {
  about: 'agent',
  async look(_config, scene) {
    // Those that are here first: a variable that several read is theirs.
    const found = AGENTS.map((agent) => ({ agent, path: pathOf(agent, scene) })).toSorted(
      (a, b) => Number(b.path !== undefined) - Number(a.path !== undefined),
    );
    const wirings = new Map<string, Promise<Finding>>();
    for (const { agent } of found) {
      for (const wiring of agent.wirings(scene)) {
        if (!wirings.has(wiring.where)) wirings.set(wiring.where, judge(agent, wiring));
      }
    }
    const present = found.flatMap(({ agent, path }) => (path === undefined ? [] : [described(agent, path)]));
    return [...present, ...(await Promise.all(wirings.values())), ...forGood(scene)];
  },
};

function described(agent: Agent, path: string): Finding {
  const lost = agent.features.filter(({ isKept }) => !isKept).map(({ name, how }) => `${name} (${how})`);
  const kept = agent.features.filter(({ isKept }) => isKept).map(({ name }) => name);
  const parts = [
    [agent.title, versionOf(path)].filter(Boolean).join(' '),
    ...(kept.length > 0 ? [`wrap keeps ${kept.join(', ')}`] : []),
    ...(lost.length > 0 ? [`without: ${lost.join('; ')}`] : []),
  ];
  return { verdict: 'pass', about: 'agent', what: parts.join('; ') };
}

/** An address of this machine where nothing answers is what bricks agents after a reboot. */
async function judge({ title, name }: Agent, { where, url }: Wiring): Promise<Finding> {
  const about = 'wiring';
  const answers = await whoAnswers(url);
  if (answers !== 'nobody') {
    const by = answers === 'headroom' ? ', a Headroom proxy' : '';
    return { verdict: 'pass', about, what: `${title}: ${where} is ${url}${by}` };
  }
  const undo = /^\w+$/.test(where) ? `unset ${where}` : `remove it there`;
  const advice = `${undo}, or start what should answer there; headroom wrap ${name} works without it`;
  return { verdict: 'fail', about, what: `${title}: ${where} is ${url}, where nothing answers`, advice };
}

function forGood(scene: Scene): readonly Finding[] {
  return wrappedAgents(scene).map(
    ({ path, agents: names }): Finding => ({
      verdict: 'pass',
      about: 'wiring',
      what: `${names.join(', ')} wrapped for good in ${path}; headroom unwrap undoes it`,
    }),
  );
}

/** Undefined when it is not installed. */
function pathOf({ way }: Agent, { environment }: Scene): string | undefined {
  if (way.kind !== 'launched') return undefined;
  const names = process.platform === 'win32' ? [`${way.program}.cmd`, `${way.program}.exe`] : [way.program];
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** From the package that it belongs to, if it is one: asked itself, an agent may write files. */
function versionOf(path: string): string | undefined {
  let folder = dirname(realpathSync(path));
  while (dirname(folder) !== folder) {
    const { name, version } = readJsonFile(join(folder, 'package.json'));
    if (name !== undefined && version !== undefined) return textAt(version);
    folder = dirname(folder);
  }
  return undefined;
}
