import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Scene } from './agent.ts';
import { planUnwrapping, planWrapping, wrappedAgents } from './start-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'headroom-start-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const FILES: Readonly<Record<string, string>> = {
  '/bin/bash': '.bashrc',
  '/usr/bin/zsh': '.zshrc',
  '/opt/fish': join('.config', 'fish', 'config.fish'),
};
const SHELLS = Object.keys(FILES);

function scene(shell = '/bin/bash', environment: Record<string, string> = {}): Scene {
  return { home, project: home, environment: { SHELL: shell, ...environment } };
}

function wrap(agent: string, at = scene()): void {
  planWrapping(agent, { program: ['headroom'] }, at)?.make();
}

function unwrap(agent: string | undefined, at = scene()): void {
  for (const change of planUnwrapping(agent, at)) change.make();
}

function snapshot(): Readonly<Record<string, string>> {
  const paths = readdirSync(home, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const stat = statSync(join(home, path));
      const mode = (stat.mode & 0o777).toString(8);
      return [path, stat.isFile() ? `${mode} ${readFileSync(join(home, path)).toString('base64')}` : mode];
    }),
  );
}

test.each(SHELLS)('%s: a start file that was not there, and its folders, are gone again afterwards', (shell) => {
  wrap('claude', scene(shell));
  wrap('codex', scene(shell));
  expect(readFileSync(join(home, FILES[shell]!), 'utf8')).toMatch(/claude[\s\S]*codex/);
  expect(wrappedAgents(scene())).toEqual([{ path: join(home, FILES[shell]!), agents: ['claude', 'codex'] }]);
  unwrap('claude');
  unwrap('codex');
  expect(snapshot()).toEqual({});
});

test('mode and bytes stay, also through a link, and one that leads out of the home folder is not followed', () => {
  mkdirSync(join(home, 'dotfiles'));
  const real = join(home, 'dotfiles', 'bashrc');
  writeFileSync(real, Buffer.from([0x61, 0xff, 0xfe, 0x0a]));
  chmodSync(real, 0o640);
  symlinkSync(real, join(home, '.bashrc'));
  const before = snapshot();
  wrap('claude');
  expect(statSync(real).mode & 0o777).toBe(0o640);
  unwrap('claude');
  expect(snapshot()).toEqual(before);
  const outside = mkdtempSync(join(tmpdir(), 'headroom-outside-'));
  symlinkSync(join(outside, 'zshrc'), join(home, '.zshrc'));
  writeFileSync(join(outside, 'zshrc'), '');
  expect(() => planWrapping('claude', { program: ['headroom'] }, scene('/bin/zsh'))).toThrow(/a link takes it to/);
  rmSync(outside, { recursive: true });
});

test('what a write that was killed half way left behind goes with it', () => {
  writeFileSync(join(home, '.bashrc'), 'A=1\n');
  wrap('claude');
  writeFileSync(join(home, '..bashrc.headroom-4711'), 'half');
  unwrap('claude');
  expect(Object.keys(snapshot())).toEqual(['.bashrc']);
});

test('a shell that is not known is named', () => {
  expect(() => planWrapping('claude', { program: ['headroom'] }, scene('/bin/tcsh'))).toThrow(/tcsh/);
});

/** What the files would hold if nobody had ever wrapped anything. */
class Model {
  readonly plain = new Map<string, string>();
  readonly wrapped = new Map<string, Set<string>>();
}

type Step = fc.Command<Model, null>;

/** Ends of lines matter: what is written behind our block begins a line. */
class Write implements Step {
  readonly shell: string;
  readonly text: string;
  readonly isBehind: boolean;
  constructor(shell: string, text: string, isBehind: boolean) {
    this.shell = shell;
    this.text = text;
    this.isBehind = isBehind;
  }
  check = (): boolean => true;
  run(model: Model): void {
    const path = join(home, FILES[this.shell]!);
    mkdirSync(dirname(path), { recursive: true });
    const now = existsSync(path) ? readFileSync(path, 'latin1') : '';
    writeFileSync(path, this.isBehind ? now + this.text : `${this.text}\n${now}`, 'latin1');
    const plain = model.plain.get(this.shell) ?? '';
    const isJoint = now.endsWith('# <<< headroom wrap <<<\n') && plain !== '' && !plain.endsWith('\n');
    model.plain.set(
      this.shell,
      this.isBehind ? plain + (isJoint && this.text !== '' ? '\n' : '') + this.text : `${this.text}\n${plain}`,
    );
  }
  toString = (): string => `write(${this.shell}, ${JSON.stringify(this.text)}, ${this.isBehind ? 'behind' : 'before'})`;
}

class Wrap implements Step {
  readonly shell: string;
  readonly agent: string;
  constructor(shell: string, agent: string) {
    this.shell = shell;
    this.agent = agent;
  }
  check = (): boolean => true;
  run(model: Model): void {
    wrap(this.agent, scene(this.shell));
    const agents = model.wrapped.get(this.shell) ?? new Set();
    model.wrapped.set(this.shell, agents.add(this.agent));
  }
  toString = (): string => `wrap(${this.shell}, ${this.agent})`;
}

class Unwrap implements Step {
  readonly agent: string | undefined;
  constructor(agent: string | undefined) {
    this.agent = agent;
  }
  check = (): boolean => true;
  run(model: Model): void {
    unwrap(this.agent);
    for (const agents of model.wrapped.values()) {
      if (this.agent === undefined) agents.clear();
      else agents.delete(this.agent);
    }
    expect(
      wrappedAgents(scene())
        .flatMap(({ agents }) => agents)
        .toSorted(),
    ).toEqual([...model.wrapped.values()].flatMap((agents) => [...agents]).toSorted());
  }
  toString = (): string => `unwrap(${this.agent ?? 'all'})`;
}

test('after any sequence of wrapping, unwrapping and writing by others, every file holds what others wrote (R-35)', () => {
  const shell = fc.constantFrom(...SHELLS);
  const agent = fc.constantFrom('claude', 'codex', 'gemini');
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\u00ff', '#'), minLength: 1, maxLength: 8 });
  const steps = [
    fc.tuple(shell, text, fc.boolean()).map(([where, what, isBehind]) => new Write(where, what, isBehind)),
    fc.tuple(shell, agent).map(([where, name]) => new Wrap(where, name)),
    fc.option(agent, { nil: undefined }).map((name) => new Unwrap(name)),
  ];
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 12 }), (commands) => {
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home);
      const model = new Model();
      fc.modelRun(() => ({ model, real: null }), commands);
      unwrap(undefined);
      const files = Object.entries(snapshot()).filter(([, content]) => content.includes(' '));
      expect(files.map(([path]) => path)).toEqual(Array.from(model.plain.keys(), (name) => FILES[name]!).toSorted());
      for (const [name, plain] of model.plain) expect(readFileSync(join(home, FILES[name]!), 'latin1')).toBe(plain);
    }),
    { numRuns: 150 },
  );
});
