import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStores } from '../../stores/index.ts';
import { Machine } from '../run-program.fixture.ts';
import type { Finding } from '../doctor/check.ts';

let machine: Machine;
let provider: Server;
let skewMs: number;
beforeEach(async () => {
  machine = new Machine();
  skewMs = 0;
  provider = createServer((_incoming, outgoing) => {
    outgoing.writeHead(404, { date: new Date(Date.now() + skewMs).toUTCString() });
    outgoing.end();
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  provider.close();
  await machine.close();
});

interface Examined {
  readonly code: number | null;
  readonly verdict: string;
  readonly findings: readonly Finding[];
}

/** Nothing is asked but what the test has opened. */
async function examine(environment: Record<string, string> = {}): Promise<Examined> {
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const { code, stdout } = await machine.run(['doctor', '--json'], '', {
    PATH: join(machine.home, 'bin'),
    HEADROOM_PORT: '0',
    ANTHROPIC_TARGET_API_URL: url,
    OPENAI_TARGET_API_URL: url,
    GEMINI_TARGET_API_URL: url,
    ...environment,
  });
  return { code, ...(JSON.parse(stdout) as Omit<Examined, 'code'>) };
}

function about({ findings }: Examined, what: string): Finding {
  return (
    findings.find((one) => one.about === what && one.verdict !== 'pass') ?? findings.find((one) => one.about === what)!
  );
}

test('a machine where all is well: exit code 0, and nothing is written', async () => {
  const examined = await examine();
  expect(examined.findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  expect([examined.code, examined.verdict]).toEqual([0, 'pass']);
  expect(about(examined, 'provider').what).toMatch(/^anthropic: http:\S+ answers \(404, \d+ ms\)$/);
  expect(about(examined, 'clock').what).toBe('agrees with the providers');
});

test('warnings are exit code 1, failures 2, each with what to do', async () => {
  expect(await examine({ HEADROOM_STORE: 'memory' })).toMatchObject({ code: 1, verdict: 'warn' });
  const examined = await examine({ HEADROOM_STORE: 'memory', OPENAI_TARGET_API_URL: 'http://127.0.0.1:49' });
  expect(examined).toMatchObject({ code: 2, verdict: 'fail' });
  for (const { verdict, advice } of examined.findings) if (verdict !== 'pass') expect(advice).toBeTruthy();
  expect(about(examined, 'provider').what).toMatch(/openai: .* cannot be reached \(ECONNREFUSED\)/);
});

test('a clock that is wrong is measured by the Date of the providers', async () => {
  skewMs = 600_000;
  const { verdict, what } = about(await examine(), 'clock');
  expect([verdict, what]).toEqual(['warn', expect.stringMatching(/^(?:599|60[01]) s behind the providers$/)]);
});

test('a store that cannot be used, or that others can read', async () => {
  const path = join(machine.home, 'headroom.db');
  openStores({ path, warn: () => undefined }).close();
  expect(about(await examine(), 'store')).toMatchObject({ verdict: 'pass' });
  chmodSync(path, 0o644);
  expect(about(await examine(), 'store')).toMatchObject({ verdict: 'warn', advice: `chmod 600 ${path}` });
  expect(statSync(path).mode & 0o777).toBe(0o644);
  writeFileSync(path, 'no database at all, but long enough to be taken for one'.repeat(99), { mode: 0o600 });
  const damaged = { verdict: 'fail', what: expect.stringContaining('not a database') };
  // Both at once: who mends the one would be surprised by the other.
  const { findings } = await examine();
  expect(findings.filter((one) => one.about === 'store')).toMatchObject([{ advice: `chmod 600 ${path}` }, damaged]);
  chmodSync(path, 0o600);
  expect(about(await examine(), 'store')).toMatchObject(damaged);
});

test.each([
  [{ HTTPS_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: '*' }, 'HTTP proxy', 'fail', /socks5/],
  [{ HTTPS_PROXY: 'http://127.0.0.1:1' }, 'HTTP proxy', 'warn', /NO_PROXY leaves out 127\.0\.0\.1/],
  [{ NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }, 'certificates', 'fail', /ENOENT/],
  [{ NODE_EXTRA_CA_CERTS: '/dev/null' }, 'certificates', 'fail', /holds no certificate/],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'certificates', 'warn', /nobody is checked/],
  [{ HEADROOM_PROFLIE: 'off' }, 'variables', 'warn', /HEADROOM_PROFLIE has no effect/],
])('%j is found (R-57)', async (environment, what, verdict, words) => {
  const found = about(await examine(environment as unknown as Record<string, string>), what);
  expect([found.verdict, found.what]).toEqual([verdict, expect.stringMatching(words)]);
});

const hasOpenssl = ['/bin', '/usr/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, 'openssl')));

test.skipIf(!hasOpenssl)(
  'a provider behind a certificate that nobody here knows is told how to be trusted (R-57)',
  async () => {
    const { privateKey, certificate } = selfSigned();
    const server = createTlsServer({ key: privateKey, cert: certificate }, (_incoming, outgoing) => outgoing.end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const found = about(await examine({ GEMINI_TARGET_API_URL: url }), 'provider');
    expect(found).toMatchObject({ verdict: 'fail', advice: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    const file = join(machine.home, 'ca.pem');
    writeFileSync(file, certificate);
    const trusted = await examine({ GEMINI_TARGET_API_URL: url, NODE_EXTRA_CA_CERTS: file });
    expect(trusted.findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    server.close();
  },
);

test('each agent that is here is named with what wrap keeps and what is lost; an address where nothing answers fails (R-49, R-34)', async () => {
  const bin = join(machine.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'claude'), '');
  writeFileSync(join(bin, 'package.json'), '{"name":"an-agent","version":"2.1.0"}');
  expect(about(await examine(), 'agent').what).toMatch(
    /^Claude Code 2\.1\.0; wrap keeps tool search.*without: Remote Control/,
  );
  mkdirSync(join(machine.home, '.claude'));
  const path = join(machine.home, '.claude', 'settings.json');
  writeFileSync(path, '{"env":{"ANTHROPIC_BASE_URL":"http://127.0.0.1:49"}}');
  const found = about(await examine(), 'wiring');
  expect(found.verdict).toBe('fail');
  expect(found.what).toBe(`Claude Code: ${path} env.ANTHROPIC_BASE_URL is http://127.0.0.1:49, where nothing answers`);
  expect(found.advice).toContain('headroom wrap claude works without it');
});

test('for people it says the same, line by line', async () => {
  const { code, stdout } = await machine.run(['doctor'], '', {
    HEADROOM_PORT: '0',
    HEADROOM_STORE: 'memory',
    PATH: '',
  });
  expect(code).toBeGreaterThan(0);
  expect(stdout).toMatch(/^pass {2}node .*\nwarn {2}store .*in memory.*\n {6}choose --store sqlite\n/);
});

/** Made by openssl when the test runs: a key in a file would look like a secret. */
function selfSigned(): { privateKey: string; certificate: string } {
  const [key, certificate] = [join(machine.home, 'k.pem'), join(machine.home, 'c.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${certificate}`;
  execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
  return { privateKey: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
}
