/** GitHub Copilot CLI: only with a key of one's own can it be told an address; its subscription talks to GitHub. */
import { type Agent, type Scene, splitAddress, type Vendor, wiredByVariables } from '../agent.ts';

const VARIABLE = 'COPILOT_PROVIDER_BASE_URL';

export const copilot: Agent = {
  name: 'copilot',
  title: 'GitHub Copilot CLI',
  wirings: (scene) => wiredByVariables(scene, { [VARIABLE]: vendorOf(scene) }),
  features: [
    {
      name: 'models of the Copilot subscription',
      isKept: false,
      how: 'they are behind GitHub’s own servers; a provider of your own, or MCP',
    },
  ],
  way: {
    kind: 'launched',
    program: 'copilot',
    refuses: ({ environment }) => {
      if (environment[VARIABLE]) return undefined;
      return [
        'Copilot CLI talks to GitHub’s servers with its subscription, and cannot be told another address.',
        `With a key of your own it can: set COPILOT_PROVIDER_TYPE, ${VARIABLE}, COPILOT_PROVIDER_API_KEY and COPILOT_MODEL.`,
        'Or let it use Headroom by MCP: headroom mcp install generic prints what to put into its MCP configuration.',
      ];
    },
    settings: ({ url }, scene) => ({
      variables: {
        [VARIABLE]: vendorOf(scene) === 'anthropic' ? url : url + splitAddress(scene.environment[VARIABLE]).path,
      },
      remarks: kindOf(scene) === 'azure' ? ['azure is not read by Headroom: its requests pass as they are'] : [],
    }),
  },
};

function kindOf({ environment }: Scene): string {
  return environment['COPILOT_PROVIDER_TYPE']?.toLowerCase() ?? 'openai';
}

function vendorOf(scene: Scene): Vendor {
  return kindOf(scene) === 'anthropic' ? 'anthropic' : 'openai';
}
