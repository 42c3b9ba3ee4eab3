/** A store that is broken, missing or full: the client always gets its answer, the operator a warning. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { chatConversation, type Conversation } from '../e2e/conversations.ts';
import { startProxyProcess, temporaryHome } from '../e2e/proxy-process.ts';
import { type Replay, replay, replayAll } from '../e2e/replay.ts';
import { verifies } from '../e2e/requirements.ts';
import { type RawUpstream, startUpstream } from '../e2e/wire.ts';

const CONVERSATION: Conversation = chatConversation();
const DATABASE = 'headroom.db';
const GARBAGE = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 73 + (index >> 5)) % 256));

let upstream: RawUpstream;
let home: string;

beforeAll(async () => {
  upstream = await startUpstream();
  home = temporaryHome();
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await upstream[Symbol.asyncDispose]();
});

const STARTS: readonly (readonly [name: string, breakIt: (home: string) => void])[] = [
  ['a database that is garbage', (folder) => writeFileSync(join(folder, DATABASE), GARBAGE)],
  [
    'a database that begins like one',
    (folder) => writeFileSync(join(folder, DATABASE), Buffer.concat([Buffer.from('SQLite format 3\0'), GARBAGE])),
  ],
  ['a database that is a folder', (folder) => mkdirSync(join(folder, DATABASE))],
];

for (const [name, breakIt] of STARTS) {
  verifies(
    'fail-open:store',
    `${name}: every turn is answered, the prefix holds, and a warning is printed`,
    async () => {
      const broken = join(home, name.replaceAll(' ', '-'));
      mkdirSync(broken);
      breakIt(broken);
      await using proxy = await startProxyProcess({ upstream: upstream.url, home: broken });
      await replayAll(CONVERSATION, upstream, proxy.url);
      await proxy.says(/warning/i);
    },
  );
}

verifies(
  'fail-open:store',
  'a home that is a file: every turn is answered, the prefix holds, and a warning is printed',
  async () => {
    const file = join(home, 'a-file');
    writeFileSync(file, 'x');
    await using proxy = await startProxyProcess({ upstream: upstream.url, home: join(file, 'home') });
    await replayAll(CONVERSATION, upstream, proxy.url);
    await proxy.says(/warning/i);
  },
);

const BREAKS: readonly (readonly [name: string, breakIt: (home: string) => void])[] = [
  [
    'deleted',
    (folder) => {
      for (const file of readdirSync(folder)) if (file.startsWith(DATABASE)) rmSync(join(folder, file));
    },
  ],
  [
    'overwritten with garbage',
    (folder) => {
      for (const file of readdirSync(folder)) if (file.startsWith(DATABASE)) writeFileSync(join(folder, file), GARBAGE);
    },
  ],
  [
    // Not its -shm file: shared memory that is cut under a program ends that program, whatever it does.
    'emptied',
    (folder) => {
      for (const file of [DATABASE, `${DATABASE}-wal`]) writeFileSync(join(folder, file), '');
    },
  ],
];

for (const [name, breakIt] of BREAKS) {
  verifies(
    'fail-open:store',
    `a database ${name} while the proxy runs: every turn is answered and the prefix holds`,
    async () => {
      await using proxy = await startProxyProcess({ upstream: upstream.url });
      const run = replay(CONVERSATION, upstream);
      for (let turn = 0; turn < 6; turn++) await run.next(proxy.url);
      breakIt(proxy.home);
      while (!run.isDone) await run.next(proxy.url);
    },
  );
}

/** A file system of its own, which only the superuser may make. */
function smallDisk(folder: string, size: string): (() => void) | undefined {
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

const canMount = ((): boolean => {
  const folder = temporaryHome();
  const unmount = smallDisk(join(folder, 'probe'), '64k');
  unmount?.();
  rmSync(folder, { recursive: true, force: true });
  return unmount !== undefined;
})();

for (const size of ['64k', '320k']) {
  verifies(
    'fail-open:store',
    `a disk of ${size} that fills up: every turn is answered, the prefix holds, and a warning is printed${canMount ? '' : ' (skipped: only the superuser may mount a small disk)'}`,
    async () => {
      const disk = join(home, `disk-${size}`);
      const unmount = smallDisk(disk, size)!;
      try {
        await using proxy = await startProxyProcess({ upstream: upstream.url, home: disk });
        const run: Replay = await replayAll(CONVERSATION, upstream, proxy.url);
        expect(run.isDone).toBe(true);
        // Whatever was left is taken by somebody else: now it is full for certain.
        fill(disk);
        await replayAll(
          { ...CONVERSATION, turns: CONVERSATION.turns.map((turn) => ({ ...turn, model: 'other' })) },
          upstream,
          proxy.url,
        );
        await replayAll(withOtherResults(CONVERSATION), upstream, proxy.url);
        await proxy.says(/warning/i);
      } finally {
        unmount();
      }
    },
    { skip: !canMount },
  );
}

function fill(disk: string): void {
  const filler = join(disk, 'filler');
  for (let bytes = 1_000_000; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Less then.
    }
  }
}

/** The same work on other records: nothing of it was decided before. */
function withOtherResults({ path, turns }: Conversation): Conversation {
  return {
    path,
    turns: turns.map((turn) => JSON.parse(JSON.stringify(turn).replaceAll('customer', 'client')) as object),
  };
}
