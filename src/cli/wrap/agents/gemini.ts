/** Gemini CLI: a key, a Google login and Vertex AI have an address each, and one variable for each. */
import { join } from 'node:path';
import { asObject } from '../../../core/json/value.ts';
import { type Agent, readJsonFile, type Scene, textAt, wiredByVariables } from '../agent.ts';

type Login = 'key' | 'google' | 'vertex';

const VARIABLES: Readonly<Record<Login, string>> = {
  key: 'GOOGLE_GEMINI_BASE_URL',
  google: 'CODE_ASSIST_ENDPOINT',
  vertex: 'GOOGLE_VERTEX_BASE_URL',
};

export const gemini: Agent = {
  name: 'gemini',
  title: 'Gemini CLI',
  wirings: (scene) => wiredByVariables(scene, { [VARIABLES[loginOf(scene)]]: 'gemini' }),
  usualUpstreams(scene) {
    const login = loginOf(scene);
    if (login === 'google') return { gemini: 'https://cloudcode-pa.googleapis.com' };
    if (login === 'key') return {};
    const { GOOGLE_CLOUD_LOCATION: location = 'global' } = scene.environment;
    const region = location === 'global' ? '' : `${location}-`;
    return { gemini: `https://${region}aiplatform.googleapis.com` };
  },
  features: [
    { name: 'Google login, Vertex AI', isKept: true, how: 'each login keeps its own address' },
    { name: 'token counts and the model list', isKept: true, how: 'they pass as they are' },
  ],
  way: {
    kind: 'launched',
    program: 'gemini',
    settings: ({ url }, scene) => ({ variables: { [VARIABLES[loginOf(scene)]]: url } }),
  },
};

const CHOSEN: Readonly<Record<string, Login>> = {
  'oauth-personal': 'google',
  'login-with-google': 'google',
  'cloud-shell': 'google',
  'vertex-ai': 'vertex',
  'gemini-api-key': 'key',
};

function loginOf({ home, project, environment }: Scene): Login {
  const isOn = (name: string): boolean => /^(?:true|1)$/i.test(environment[name] ?? '');
  if (isOn('GOOGLE_GENAI_USE_VERTEXAI')) return 'vertex';
  if (isOn('GOOGLE_GENAI_USE_GCA')) return 'google';
  for (const folder of [project, environment['GEMINI_CLI_HOME'] ?? home]) {
    const { security, selectedAuthType } = readJsonFile(join(folder, '.gemini', 'settings.json'));
    const chosen = textAt(asObject(asObject(security)['auth'])['selectedType']) ?? textAt(selectedAuthType);
    if (chosen !== undefined && CHOSEN[chosen]) return CHOSEN[chosen];
  }
  return 'key';
}
