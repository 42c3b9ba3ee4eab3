/** `headroom proxy` for the time of an example, on any free port and with a home folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What goes out shorter must not depend on how busy this machine is. */
const UNHURRIED = ['--deadline-ms', '20000'];
const BIN = join(import.meta.dirname, '../../bin/headroom.js');

/** In a terminal you type `headroom proxy` once, and it serves every client until you end it. */
export async function withProxy<T>(flags: readonly string[], use: (url: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'headroom-example-'));
  const words = [BIN, 'proxy', '--port', '0', '--home', home, ...UNHURRIED, ...flags];
  const proxy = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = once(proxy, 'exit');
  try {
    for await (const line of createInterface(proxy.stdout)) {
      const [url] = /http:\/\/127\S+?:\d+/.exec(line) ?? [];
      if (url !== undefined) return await use(url);
    }
    throw new Error('the proxy did not start: npx headroom proxy says why');
  } finally {
    proxy.kill();
    await gone;
    await rm(home, { recursive: true, force: true });
  }
}
