/** Node, the variables, and the ports. */
import { createServer } from 'node:net';
import { isEverywhere } from '../../config/load.ts';
import { release } from '../../proxy/release.ts';
import { runningProxies } from '../commands/status.ts';
import { counted } from '../terminal.ts';
import type { Check, Finding } from './check.ts';

const NEEDED = [22, 18] as const;

export const node: Check = {
  about: 'node',
  look() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
    const what = `${process.versions.node} on ${process.platform} ${process.arch}, Headroom ${release.version}`;
    if (isNewEnough) return [{ verdict: 'pass', about: 'node', what }];
    return [{ verdict: 'fail', about: 'node', what, advice: `install Node ${NEEDED.join('.')} or newer` }];
  },
};

export const variables: Check = {
  about: 'variables',
  look({ warnings }) {
    return warnings.map(
      (what): Finding => ({ verdict: 'warn', about: 'variables', what, advice: 'unset it, or correct its name' }),
    );
  },
};

export const ports: Check = {
  about: 'port',
  async look(config) {
    const { host, port } = config.values;
    const running = await runningProxies(config);
    const versions = new Set(running.map(({ version }) => version));
    const found: Finding[] = running.map(({ url, version, sessions }): Finding => {
      const what = `a proxy of version ${version} listens on ${url}${sessions ? `, ${counted(sessions.length, 'session')}` : ''}`;
      if (version === release.version) return { verdict: 'pass', about: 'proxy', what };
      const advice = `this is version ${release.version}; headroom stop ends it, sessions go on directly`;
      return { verdict: 'warn', about: 'proxy', what, advice };
    });
    if (versions.size > 0 && running.some(({ url }) => new URL(url).port === String(port))) return found;
    const problem = port === 0 ? undefined : await whyNot(host, port);
    const where = `${port} on ${host}`;
    if (problem === undefined) return [...found, { verdict: 'pass', about: 'port', what: `${where} is free` }];
    const advice = 'headroom proxy --port takes another one; headroom wrap is not concerned, it takes any that is free';
    return [...found, { verdict: 'warn', about: 'port', what: `${where} cannot be used: ${problem}`, advice }];
  },
};

function whyNot(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? 'another program listens there' : (code ?? message)),
    );
    server.listen(port, isEverywhere(host) ? undefined : host, () => server.close(() => resolve(undefined)));
  });
}
