/**
 * Any sequence of wrapping, killing, rebooting and unwrapping: whoever still runs is answered, the home folder ends
 * as it was, and a proxy lives exactly as long as its sessions.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { isRunning, until, type WrappedAgent, WrapStage } from './wrapped.ts';

interface Real {
  readonly stage: WrapStage;
  readonly agents: WrappedAgent[];
}

/** Nothing of it needs to be guessed: what runs is known from the processes themselves. */
type Model = Record<string, never>;

abstract class Step implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true;
  }
  abstract run(model: Model, real: Real): Promise<void>;
  abstract toString(): string;
}

class Wrap extends Step {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  async run(_model: Model, { stage, agents }: Real): Promise<void> {
    const agent = stage.wrap(this.name);
    agents.push(agent);
    expect(await agent.ask()).toMatchObject({ status: 200 });
  }
  toString = (): string => `wrap ${this.name}`;
}

class Ask extends Step {
  async run(_model: Model, { agents }: Real): Promise<void> {
    for (const agent of agents) expect(await agent.ask()).toMatchObject({ status: 200 });
  }
  toString = (): string => 'ask all';
}

class Leave extends Step {
  readonly isKilled: boolean;
  constructor(isKilled: boolean) {
    super();
    this.isKilled = isKilled;
  }
  async run(_model: Model, { agents }: Real): Promise<void> {
    const agent = agents.shift();
    if (!agent) return;
    if (this.isKilled) agent.child.kill('SIGKILL');
    else expect(await agent.exit(9)).toMatchObject({ code: 9 });
    await agent.ended;
  }
  toString = (): string => (this.isKilled ? 'kill -9 the first session' : 'end the first session');
}

class KillProxies extends Step {
  async run(_model: Model, { stage }: Real): Promise<void> {
    const pids = stage.entries().map(({ pid }) => pid);
    stage.killProxies();
    await until(() => pids.every((pid) => !isRunning(pid)));
  }
  toString = (): string => 'kill -9 the proxies';
}

/** Everything is gone at once; what was written stays. */
class Reboot extends Step {
  async run(model: Model, { stage, agents }: Real): Promise<void> {
    for (const { child } of agents) child.kill('SIGKILL');
    await new KillProxies().run(model, { stage, agents });
    await Promise.all(agents.splice(0).map(({ ended }) => ended));
  }
  toString = (): string => 'reboot';
}

class Command extends Step {
  readonly words: readonly string[];
  constructor(...words: readonly string[]) {
    super();
    this.words = words;
  }
  async run(_model: Model, { stage }: Real): Promise<void> {
    expect(await stage.run(this.words)).toMatchObject({ code: 0 });
  }
  toString = (): string => this.words.join(' ');
}

const open: WrapStage[] = [];
afterAll(async () => {
  for (const stage of open) await stage.close();
});

const STEPS = [
  fc.constantFrom('claude', 'codex').map((name) => new Wrap(name)),
  fc.constant(new Ask()),
  fc.boolean().map((isKilled) => new Leave(isKilled)),
  fc.constant(new KillProxies()),
  fc.constant(new Reboot()),
  fc.constantFrom('claude', 'codex').map((name) => new Command('wrap', name, '--install', '--yes')),
  fc.constantFrom(['claude'], []).map((names) => new Command('unwrap', ...names, '--yes')),
  fc.constant(new Command('stop')),
];
const START_FILES = [undefined, '', '# mine\nexport A=1\n', 'export A=1'];

test('in any order (R-34, R-35, R-36)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(STEPS, { maxCommands: 8, size: 'max' }),
      fc.constantFrom(...START_FILES),
      async (commands, startFile) => {
        const stage = await WrapStage.set();
        open.push(stage);
        if (startFile !== undefined) stage.write('.bashrc', startFile);
        const before = stage.snapshot();
        const agents: WrappedAgent[] = [];
        await fc.asyncModelRun(() => ({ model: {}, real: { stage, agents } }), commands);
        for (const agent of agents) expect(await agent.ask()).toMatchObject({ status: 200 });
        const proxies = stage.entries().map(({ pid }) => pid);
        for (const agent of agents) await agent.exit();
        expect(await stage.run(['unwrap', '--yes'])).toMatchObject({ code: 0 });
        expect(stage.snapshot()).toEqual(before);
        await until(() => proxies.every((pid) => !isRunning(pid)));
        await stage.close();
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
}, 240_000);

test('--install shows the change, asks, and without anybody to ask changes nothing (R-58)', async () => {
  const stage = await WrapStage.set();
  open.push(stage);
  stage.write('.bashrc', 'secret=1\n');
  const before = stage.snapshot();
  const looked = await stage.run(['wrap', 'claude', '--install', '--dry-run']);
  expect([looked.code, looked.stdout]).toEqual([0, expect.stringContaining('+ function claude {')]);
  expect(looked.stdout).not.toContain('secret');
  expect(await stage.run(['wrap', 'claude', '--install'])).toMatchObject({ code: 2 });
  expect(stage.snapshot()).toEqual(before);
  expect(await stage.run(['wrap', 'cline', '--install', '--yes'])).toMatchObject({ code: 2 });
  expect(await stage.run(['wrap', 'claude', '--yes'])).toMatchObject({ code: 2 });
  await stage.run(['wrap', 'claude', '--install', '--yes']);
  expect((await stage.run(['doctor'])).stdout).toContain('claude wrapped for good');
  expect((await stage.run(['unwrap', 'codex'])).stderr).toContain('nothing to do');
  expect((await stage.run(['unwrap', 'claude', '--yes'])).code).toBe(0);
  expect(stage.snapshot()).toEqual(before);
});
