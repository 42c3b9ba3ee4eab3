/** All that doctor looks at, in the order in which it is printed; looked at side by side. */
import type { Config } from '../../config/load.ts';
import { sceneHere } from '../wrap/agent.ts';
import { agents } from './agents.ts';
import type { Check, Finding } from './check.ts';
import { certificates, httpProxy } from './network.ts';
import { node, ports, variables } from './machine.ts';
import { store } from './store.ts';
import { models } from './models.ts';
import { providers } from './providers.ts';

const CHECKS: readonly Check[] = [node, variables, store, models, ports, httpProxy, certificates, providers, agents];

export async function examine(config: Config): Promise<readonly Finding[]> {
  const scene = sceneHere();
  const found = await Promise.all(
    CHECKS.map(async (check): Promise<readonly Finding[]> => {
      try {
        return await check.look(config, scene);
      } catch (error) {
        const advice = 'run it with HEADROOM_DEBUG=1, and report this';
        return [{ verdict: 'fail', about: check.about, what: `could not be looked at: ${String(error)}`, advice }];
      }
    }),
  );
  return found.flat();
}
