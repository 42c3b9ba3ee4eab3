/** OpenCode: a configuration of its own in one variable, merged over its files; nothing is written. */
import { join } from 'node:path';
import { asObject, type JsonObject, type JsonValue } from '../../../core/json/value.ts';
import { type Agent, readJsonFile, type Scene, splitAddress, textAt, type Vendor, type Wiring } from '../agent.ts';
import { upstreamOf } from '../upstreams.ts';

const INLINE = 'OPENCODE_CONFIG_CONTENT';

/** Its own providers, whose addresses end in the version. */
const BUILT_IN: Readonly<Record<string, readonly [vendor: Vendor, path: string, ...keys: readonly string[]]>> = {
  anthropic: ['anthropic', '/v1', 'ANTHROPIC_API_KEY'],
  openai: ['openai', '/v1', 'OPENAI_API_KEY'],
  google: ['gemini', '/v1beta', 'GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
};
/** The packages that providers of the person's own are made with. */
const PACKAGES: Readonly<Record<string, Vendor>> = {
  '@ai-sdk/anthropic': 'anthropic',
  '@ai-sdk/openai': 'openai',
  '@ai-sdk/openai-compatible': 'openai',
  '@ai-sdk/google': 'gemini',
};

export const opencode: Agent = {
  name: 'opencode',
  title: 'OpenCode',
  wirings: (scene) =>
    Object.entries(providersOf(scene)).flatMap(([name, provider]): Wiring[] => {
      const url = textAt(asObject(asObject(provider)['options'])['baseURL']);
      const vendor = vendorOf(name, provider);
      return url !== undefined && vendor ? [{ where: `provider.${name}.options.baseURL`, vendor, url }] : [];
    }),
  features: [
    { name: 'model list', isKept: true, how: 'it has its own' },
    { name: 'logins with a key or with Claude', isKept: true, how: 'their credentials pass as they are' },
    {
      name: 'logins of plugins (GitHub Copilot, ChatGPT)',
      isKept: false,
      how: 'their plugins choose the address: nothing passes Headroom',
    },
  ],
  way: {
    kind: 'launched',
    program: 'opencode',
    settings({ url, upstreams }, scene) {
      const inUse = inUseOf(scene);
      if (inUse.length === 0) return { variables: {}, remarks: [NOTHING_TO_POINT] };
      const pointed = inUse.filter(
        ({ vendor, own }) => own === undefined || upstreamOf(vendor, own) === upstreams[vendor],
      );
      const provider = Object.fromEntries(
        pointed.map(({ name, path }) => [name, { options: { baseURL: url + path } }]),
      );
      const given = inline(scene);
      const merged = { ...given, provider: merge(asObject(given['provider']), provider) };
      const others = inUse.filter((one) => !pointed.includes(one)).map(({ name }) => name);
      const remarks = others.map((name) => `provider ${name} has another address, and goes there past Headroom`);
      return { variables: { [INLINE]: JSON.stringify(merged) }, remarks };
    },
  },
};

interface InUse {
  readonly name: string;
  readonly vendor: Vendor;
  readonly path: string;
  /** An address of its own. */
  readonly own: string | undefined;
}

const NOTHING_TO_POINT =
  'no key, login or provider of OpenCode was found for Anthropic, OpenAI or Google: nothing passes Headroom; set a key or run opencode auth login, then start it again';

/** Only those: a provider that is named in a configuration is offered, with a key or without. */
function inUseOf(scene: Scene): readonly InUse[] {
  const logins = readJsonFile(join(dataFolder(scene), 'opencode', 'auth.json'));
  const providers = providersOf(scene);
  const builtIn = Object.entries(BUILT_IN).flatMap(([name, [vendor, path, ...keys]]): InUse[] => {
    const isUsed = keys.some((key) => scene.environment[key]) || name in logins || name in providers;
    return isUsed ? [{ name, vendor, path, own: addressOf(providers[name]) }] : [];
  });
  const ownOnes = Object.entries(providers).flatMap(([name, provider]): InUse[] => {
    const vendor = name in BUILT_IN ? undefined : vendorOf(name, provider);
    const own = addressOf(provider);
    const path = vendor === 'gemini' ? '/v1beta' : vendor === 'anthropic' ? '/v1' : splitAddress(own).path;
    return vendor && own !== undefined ? [{ name, vendor, path, own }] : [];
  });
  return [...builtIn, ...ownOnes];
}

function addressOf(provider: JsonValue | undefined): string | undefined {
  return textAt(asObject(asObject(provider)['options'])['baseURL']);
}

function vendorOf(name: string, provider: JsonValue | undefined): Vendor | undefined {
  return BUILT_IN[name]?.[0] ?? PACKAGES[textAt(asObject(provider)['npm']) ?? ''];
}

function providersOf(scene: Scene): JsonObject {
  const { home, project, environment } = scene;
  const folder = join(environment['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'opencode');
  const names = ['opencode.json', 'opencode.jsonc'];
  const files = [
    ...names.map((name) => join(folder, name)),
    ...(environment['OPENCODE_CONFIG'] ? [environment['OPENCODE_CONFIG']] : []),
    ...names.map((name) => join(project, name)),
  ];
  const found = [...files.map(readJsonFile), inline(scene)].map((config) => asObject(config['provider']));
  return found.reduce(merge, {});
}

function inline({ environment }: Scene): JsonObject {
  try {
    return asObject(JSON.parse(environment[INLINE] ?? '{}') as JsonValue);
  } catch {
    return {};
  }
}

function dataFolder({ home, environment }: Scene): string {
  return environment['XDG_DATA_HOME'] ?? join(home, '.local', 'share');
}

/** Two levels are enough for what is looked at: the provider, and its options. */
function merge(before: JsonObject, after: JsonObject): JsonObject {
  const merged = Object.entries(after).map(([name, provider]) => {
    const [was, is] = [asObject(before[name]), asObject(provider)];
    return [name, { ...was, ...is, options: { ...asObject(was['options']), ...asObject(is['options']) } }] as const;
  });
  return { ...before, ...Object.fromEntries(merged) };
}
