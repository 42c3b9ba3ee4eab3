/** Codex: its own flags set the address of the provider that it uses, a login with ChatGPT has another one than a key. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { asObject, type JsonObject } from '../../../core/json/value.ts';
import { type Agent, readJsonFile, type Scene, splitAddress, textAt, wiredByVariables, type Wiring } from '../agent.ts';

const CHATGPT = 'https://chatgpt.com';
const CHATGPT_PATH = '/backend-api/codex';

export const codex: Agent = {
  name: 'codex',
  title: 'Codex',
  wirings: (scene) => [...fileWiring(scene), ...wiredByVariables(scene, { OPENAI_BASE_URL: 'openai' })],
  usualUpstreams: (scene) => (isChatGpt(scene) ? { openai: CHATGPT } : {}),
  features: [
    { name: 'ChatGPT login', isKept: true, how: 'requests go on to where that login is valid' },
    {
      name: 'WebSockets, compaction, web search',
      isKept: true,
      how: 'its provider keeps its name, only the address changes',
    },
    { name: 'model list', isKept: true, how: '/models passes as it is' },
  ],
  way: {
    kind: 'launched',
    program: 'codex',
    settings({ url, upstreams }, scene) {
      const provider = providerOf(configOf(scene));
      const { path: ownPath } = splitAddress(fileWiring(scene)[0]?.url ?? scene.environment['OPENAI_BASE_URL']);
      const path = provider === undefined && upstreams.openai === CHATGPT ? CHATGPT_PATH : ownPath;
      const key = provider === undefined ? 'openai_base_url' : `model_providers.${provider}.base_url`;
      const { OPENAI_BASE_URL: own } = scene.environment;
      return {
        // The flag beats the variable; where that is set already it would only be a second word on the same thing.
        variables: own === undefined ? {} : { OPENAI_BASE_URL: `${url}/v1` },
        words: ['-c', `${key}=${JSON.stringify(url + path)}`],
      };
    },
  },
};

function folderOf({ home, environment }: Scene): string {
  return environment['CODEX_HOME'] ?? join(home, '.codex');
}

function configOf(scene: Scene): JsonObject {
  try {
    return parse(readFileSync(join(folderOf(scene), 'config.toml'), 'utf8')) as JsonObject;
  } catch {
    return {};
  }
}

/** One of the person's own; undefined for the one that is built in. */
function providerOf(config: JsonObject): string | undefined {
  const name = textAt(config['model_provider']);
  return name !== undefined && name in asObject(config['model_providers']) ? name : undefined;
}

function fileWiring(scene: Scene): readonly Wiring[] {
  const config = configOf(scene);
  const provider = providerOf(config);
  const own = provider === undefined ? undefined : asObject(asObject(config['model_providers'])[provider])['base_url'];
  const url = textAt(provider === undefined ? config['openai_base_url'] : own);
  const key = provider === undefined ? 'openai_base_url' : `model_providers.${provider}.base_url`;
  return url === undefined ? [] : [{ where: `${join(folderOf(scene), 'config.toml')} ${key}`, vendor: 'openai', url }];
}

/** A key in the environment is what `codex exec` takes first. */
function isChatGpt(scene: Scene): boolean {
  if (scene.environment['CODEX_API_KEY']) return false;
  const login = readJsonFile(join(folderOf(scene), 'auth.json'));
  return textAt(login['OPENAI_API_KEY']) === undefined && login['tokens'] !== undefined;
}
