/** Claude Code. Behind a foreign address it leaves out what only Anthropic's own servers are sure to understand; these are still behind it. */
import { join } from 'node:path';
import { asObject } from '../../../core/json/value.ts';
import { type Agent, readJsonFile, type Scene, textAt, wiredByVariables, type Wiring } from '../agent.ts';

const VARIABLE = 'ANTHROPIC_BASE_URL';
const ELSEWHERE = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];

export const claude: Agent = {
  name: 'claude',
  title: 'Claude Code',
  wirings: (scene) => [...filesWiring(scene), ...wiredByVariables(scene, { [VARIABLE]: 'anthropic' })],
  features: [
    { name: 'tool search', isKept: true, how: 'ENABLE_TOOL_SEARCH=true' },
    {
      name: '1M window, fine-grained tool streaming',
      isKept: true,
      how: '_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL=1, where requests end at Anthropic',
    },
    { name: 'subscription login', isKept: true, how: 'its token passes as it is' },
    { name: 'model list', isKept: true, how: '/v1/models passes as it is' },
    { name: 'Remote Control', isKept: false, how: 'Claude Code turns it off while any ANTHROPIC_BASE_URL is set' },
  ],
  way: {
    kind: 'launched',
    program: 'claude',
    settings({ url, upstreams, words }, scene) {
      const { environment } = scene;
      const isFirstParty = new URL(upstreams.anthropic).hostname === 'api.anthropic.com';
      const kept = {
        ENABLE_TOOL_SEARCH: environment['ENABLE_TOOL_SEARCH'] ?? 'true',
        _CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL: environment['_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL'] ?? '1',
      };
      const files = filesWiring(scene);
      const isTold = words.some((word) => /^--settings(?:=|$)/.test(word));
      const remarks = ELSEWHERE.filter((name) => environment[name]).map(
        (name) => `${name} is set: Claude Code talks to that cloud, past Headroom`,
      );
      if (files.length > 0 && isTold)
        remarks.push(`${files[0]!.where} beats the environment, and --settings is yours: nothing passes Headroom`);
      return {
        variables: { [VARIABLE]: url, ...(isFirstParty && kept) },
        // Its own files beat the environment; this flag beats them.
        words: files.length > 0 && !isTold ? ['--settings', JSON.stringify({ env: { [VARIABLE]: url } })] : [],
        remarks,
      };
    },
  },
};

function filesWiring({ home, project, environment }: Scene): readonly Wiring[] {
  const folder = environment['CLAUDE_CONFIG_DIR'] ?? join(home, '.claude');
  const files = [
    join(project, '.claude', 'settings.local.json'),
    join(project, '.claude', 'settings.json'),
    join(folder, 'settings.json'),
  ];
  return files.flatMap((path) => {
    const url = textAt(asObject(readJsonFile(path)['env'])[VARIABLE]);
    return url === undefined ? [] : [{ where: `${path} env.${VARIABLE}`, vendor: 'anthropic', url }];
  });
}
