import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asObject, type JsonValue } from '../../../core/json/value.ts';
import type { Agent, Launched, Scene, Settings, Vendor } from '../agent.ts';
import { upstreamOf } from '../upstreams.ts';
import { AGENTS } from './index.ts';

const URL_OF_DOOR = 'http://127.0.0.1:4242';
const DIRECT: Readonly<Record<Vendor, string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com',
  gemini: 'https://generativelanguage.googleapis.com',
};

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'headroom-agents-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, value: JsonValue | string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), typeof value === 'string' ? value : JSON.stringify(value));
}

function scene(environment: Record<string, string> = {}): Scene {
  return { home, project: join(home, 'work'), environment };
}

function named(name: string): Agent {
  return AGENTS.find((agent) => agent.name === name)!;
}

/** As resolveUpstreams finds them, without asking anybody. */
function upstreamsOf(agent: Agent, at: Scene): Record<Vendor, string> {
  const found = { ...DIRECT, ...agent.usualUpstreams?.(at) };
  for (const { vendor, url } of agent.wirings(at).toReversed()) found[vendor] = upstreamOf(vendor, url)!;
  return found;
}

function settings(name: string, at: Scene, words: readonly string[] = []): Settings {
  const agent = named(name);
  return (agent.way as Launched).settings({ url: URL_OF_DOOR, upstreams: upstreamsOf(agent, at), words }, at);
}

describe.each(AGENTS.map((agent) => [agent.name, agent] as const))('%s', (name, agent) => {
  test('has a name that can be typed, and says what it loses behind a proxy (R-49)', () => {
    expect(name).toMatch(/^[a-z]+$/);
    expect(AGENTS.filter((other) => other.name === name)).toHaveLength(1);
    expect(agent.features.length).toBeGreaterThan(0);
    expect(agent.wirings(scene())).toEqual([]);
  });

  test('names the door wherever it is told an address, or says what else can be done', () => {
    const { way } = agent;
    if (way.kind === 'impossible') return expect(way.advice.join('\n')).toMatch(/headroom mcp/);
    if (way.kind === 'held') return expect(way.advice(URL_OF_DOOR).join('\n')).toContain(URL_OF_DOOR);
    const keys = {
      ANTHROPIC_API_KEY: 'a',
      OPENAI_API_KEY: 'b',
      GEMINI_API_KEY: 'c',
      COPILOT_PROVIDER_BASE_URL: 'https://x.example',
    };
    expect(way.refuses?.(scene(keys))).toBeUndefined();
    const told = JSON.stringify(settings(name, scene(keys)));
    expect(told).toContain(URL_OF_DOOR);
    // Credentials are the agent's own, and stay where they are.
    expect(Object.keys(settings(name, scene(keys)).variables).filter((one) => /KEY|TOKEN/.test(one))).toEqual([]);
  });
});

describe('Claude Code', () => {
  test('keeps tool search and the 1M window where its requests end at Anthropic, and only there (R-49)', () => {
    expect(settings('claude', scene()).variables).toEqual({
      ANTHROPIC_BASE_URL: URL_OF_DOOR,
      ENABLE_TOOL_SEARCH: 'true',
      _CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL: '1',
    });
    expect(settings('claude', scene({ ENABLE_TOOL_SEARCH: 'auto:5' })).variables['ENABLE_TOOL_SEARCH']).toBe('auto:5');
    const gateway = scene({ ANTHROPIC_BASE_URL: 'https://gateway.example/anthropic' });
    expect(settings('claude', gateway).variables).toEqual({ ANTHROPIC_BASE_URL: URL_OF_DOOR });
    expect(upstreamsOf(named('claude'), gateway).anthropic).toBe('https://gateway.example/anthropic');
  });

  test('an address in its own files, which beat the environment, is beaten by a flag; the person’s own flag stays', () => {
    write('.claude/settings.json', '{"env":{"ANTHROPIC_BASE_URL":"https://gateway.example"}, // mine\n}');
    expect(named('claude').wirings(scene())).toMatchObject([{ vendor: 'anthropic', url: 'https://gateway.example' }]);
    const { words } = settings('claude', scene());
    expect(words).toEqual(['--settings', JSON.stringify({ env: { ANTHROPIC_BASE_URL: URL_OF_DOOR } })]);
    expect(settings('claude', scene(), ['--settings', 'mine.json'])).toMatchObject({
      words: [],
      remarks: [expect.stringContaining('--settings is yours')],
    });
  });

  test('is said to go past Headroom where it talks to a cloud', () => {
    expect(settings('claude', scene({ CLAUDE_CODE_USE_BEDROCK: '1' })).remarks).toEqual([
      expect.stringContaining('CLAUDE_CODE_USE_BEDROCK'),
    ]);
  });
});

describe('Codex', () => {
  test('with a key keeps its own provider, with another address', () => {
    expect(settings('codex', scene())).toEqual({ variables: {}, words: ['-c', `openai_base_url="${URL_OF_DOOR}/v1"`] });
  });

  test('with a ChatGPT login ends up where that is valid (R-50)', () => {
    write('.codex/auth.json', { OPENAI_API_KEY: null, tokens: { access_token: 't' } });
    expect(upstreamsOf(named('codex'), scene()).openai).toBe('https://chatgpt.com');
    expect(settings('codex', scene()).words).toEqual(['-c', `openai_base_url="${URL_OF_DOOR}/backend-api/codex"`]);
    expect(named('codex').usualUpstreams!(scene({ CODEX_API_KEY: 'k' }))).toEqual({});
  });

  test.each([
    ['https://corp.example/openai/v1', 'https://corp.example/openai/v1', '/v1'],
    ['https://corp.example/llm/v4', 'https://corp.example', '/llm/v4'],
  ])('with a provider of the person’s own at %s ends up there', (base, upstream, path) => {
    write('.codex/config.toml', `model_provider = "corp"\n[model_providers.corp]\nbase_url = "${base}"\n`);
    expect(upstreamsOf(named('codex'), scene()).openai).toBe(upstream);
    expect(settings('codex', scene()).words).toEqual(['-c', `model_providers.corp.base_url="${URL_OF_DOOR}${path}"`]);
  });
});

describe('Gemini CLI', () => {
  test.each([
    [{}, undefined, 'GOOGLE_GEMINI_BASE_URL', DIRECT.gemini],
    [{}, 'oauth-personal', 'CODE_ASSIST_ENDPOINT', 'https://cloudcode-pa.googleapis.com'],
    [
      { GOOGLE_CLOUD_LOCATION: 'europe-west1' },
      'vertex-ai',
      'GOOGLE_VERTEX_BASE_URL',
      'https://europe-west1-aiplatform.googleapis.com',
    ],
    [
      { GOOGLE_GENAI_USE_VERTEXAI: 'true' },
      'oauth-personal',
      'GOOGLE_VERTEX_BASE_URL',
      'https://aiplatform.googleapis.com',
    ],
  ])('%j with the login %s is told by %s and ends up at %s', (environment, selectedType, variable, upstream) => {
    if (selectedType !== undefined) write('.gemini/settings.json', { security: { auth: { selectedType } } });
    expect(settings('gemini', scene(environment as Record<string, string>)).variables).toEqual({
      [variable]: URL_OF_DOOR,
    });
    expect(upstreamsOf(named('gemini'), scene(environment as Record<string, string>)).gemini).toBe(upstream);
  });
});

describe('OpenCode', () => {
  const config = ({ variables }: Settings): JsonValue => JSON.parse(variables['OPENCODE_CONFIG_CONTENT']!) as JsonValue;

  test('only providers that are in use are named, for a provider that is named is offered', () => {
    write('.local/share/opencode/auth.json', { anthropic: { type: 'oauth' } });
    expect(config(settings('opencode', scene({ GEMINI_API_KEY: 'k' })))).toEqual({
      provider: {
        anthropic: { options: { baseURL: `${URL_OF_DOOR}/v1` } },
        google: { options: { baseURL: `${URL_OF_DOOR}/v1beta` } },
      },
    });
  });

  test('without a key, a login or a provider nothing is set, and it is said that nothing passes', () => {
    const { variables, remarks } = settings('opencode', scene());
    expect([variables, remarks]).toEqual([
      {},
      [expect.stringMatching(/no key, login .* nothing passes Headroom; set a key/)],
    ]);
    expect(settings('opencode', scene({ GOOGLE_GENERATIVE_AI_API_KEY: 'k' })).remarks).toEqual([]);
  });

  test('one configuration that is given in the variable keeps all it says; a second address of the same kind is said to go past', () => {
    const own = (baseURL: string): JsonValue => ({
      npm: '@ai-sdk/openai-compatible',
      options: { baseURL, headers: { a: 'b' } },
    });
    const given = { theme: 'x', provider: { one: own('https://one.example/v1'), two: own('https://two.example/v1') } };
    const told = settings('opencode', scene({ OPENCODE_CONFIG_CONTENT: JSON.stringify(given) }));
    const { theme, provider } = asObject(config(told));
    expect(theme).toBe('x');
    expect(asObject(provider)['one']).toEqual(own(`${URL_OF_DOOR}/v1`));
    expect(asObject(provider)['two']).toEqual(own('https://two.example/v1'));
    expect(told.remarks).toEqual([expect.stringContaining('provider two')]);
  });
});

test('Copilot CLI without a provider of one’s own is not started, and told why', () => {
  const way = named('copilot').way as Launched;
  expect(way.refuses!(scene())!.join(' ')).toContain('GitHub');
  const told = settings(
    'copilot',
    scene({ COPILOT_PROVIDER_TYPE: 'anthropic', COPILOT_PROVIDER_BASE_URL: 'https://api.anthropic.com' }),
  );
  expect(told.variables).toEqual({ COPILOT_PROVIDER_BASE_URL: URL_OF_DOOR });
});
