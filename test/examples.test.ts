/** The programs in examples/ run as a reader of examples/README.md runs them, and what that says of them is so. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startScriptedProvider } from '../src/testing/scripted-provider.ts';
import { bareEnvironment } from './e2e/proxy-process.ts';

const ROOT = resolve(import.meta.dirname, '..');
const EXAMPLES = join(ROOT, 'examples');
const README = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
const PYTHON = process.env.PYTHON ?? 'python3';
const FILES = readdirSync(EXAMPLES).filter((file) => file.endsWith('.ts'));

/** What an example needs that npm does not bring; what is missing is said. */
const MISSING: Readonly<Record<string, () => string | undefined>> = {
  'agno.ts': () =>
    spawnSync(PYTHON, ['-c', 'import agno.agent, openai']).status === 0
      ? undefined
      : `${PYTHON} has no agno and openai: pip install agno openai, or PYTHON=another one`,
};
/** A form that is not ready in time is not used: on a busy machine a run may send more. */
const ON_A_BUSY_MACHINE = { retry: 2, timeout: 120_000 };

interface Ran {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'headroom-examples-'));
});
afterAll(() => rmSync(home, { recursive: true }));

async function run(file: string, more: Record<string, string> = {}, flags: readonly string[] = []): Promise<Ran> {
  // Most of the time is loading.
  const env = {
    ...bareEnvironment(home),
    NODE_COMPILE_CACHE: join(home, 'cache'),
    PYTHON,
    NODE_NO_WARNINGS: '1',
    ...more,
  };
  const running = promisify(execFile)(process.execPath, [file, ...flags], { cwd: ROOT, env });
  const { stdout, stderr, code } = await running.then(
    (ended) => ({ ...ended, code: 0 }),
    (failure: unknown) => failure as { stdout: string; stderr: string; code: number },
  );
  return { code, said: stdout, complained: stderr };
}

const numberIn = (text: string): number => Number(text.replaceAll(',', ''));

function tokensIn(said: string): number[] {
  return Array.from(said.matchAll(/Headroom: ([\d,]+) tokens/g), ([, count]) => numberIn(count!));
}

describe.each(FILES)('examples/%s', (file) => {
  test(
    'R-63: without a key the answer is the same, and fewer tokens were sent for it',
    ON_A_BUSY_MACHINE,
    async ({ skip }) => {
      const missing = MISSING[file]?.();
      skip(missing !== undefined, missing);
      const { code, said, complained } = await run(join(EXAMPLES, file));
      expect([code, complained]).toEqual([0, '']);
      expect(said).toContain('Nothing left it.');
      expect(said).toContain('The same answer: yes');
      for (const [, found, all] of said.matchAll(/; (\d+) of (\d+) facts/g)) expect(found).toBe(all);
      const [before, after] = tokensIn(said);
      expect(after).toBeLessThan(before! / 2);
      // Not to the token: a form that becomes a little shorter elsewhere shall not fail here.
      const [, ...figures] = new RegExp(`^\\| \\[${file}\\].*\\| ([\\d,]+) \\| ([\\d,]+) \\|`, 'm').exec(README) ?? [];
      const stated = figures.map(numberIn);
      for (const [at, count] of [before!, after!].entries()) {
        const isClose = Math.abs(stated[at]! / count - 1) < 0.05;
        expect([count, stated[at], isClose], 'node examples/stage/all.ts --write').toEqual([count, stated[at], true]);
      }
    },
  );

  test('it is short, and imports of ours only what the package exports', () => {
    const text = readFileSync(join(EXAMPLES, file), 'utf8');
    expect(text.split('\n').length).toBeLessThan(100);
    expect(README).toContain(/^\/\*\* (.*) \*\/$/m.exec(text)![1]);
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, { default: string } | string>;
    };
    const entries = Object.entries(exports).map(([name, target]) => {
      const source = typeof target === 'string' ? target : target.default;
      return [source.replace('./dist/', '../src/').replace(/\.js$/, '.ts'), `headroom-ts${name.slice(1)}`] as const;
    });
    const ours = text.matchAll(/ from '(\.\.\/src\/.*?)';(?: \/\/ '(.*)')?$/gm);
    for (const [, path, name] of ours) {
      expect(entries).toContainEqual([path, name]);
    }
  });
});

describe('with a key', () => {
  const FACTS = 'payment-gateway, PG-5523: raise max_connections to 500; 1847 transactions';

  test('the real provider is asked, its own count is what is printed, and the cost stands before it', async () => {
    const provider = await startScriptedProvider((_request, index) => ({
      call: [{ tool: /search_logs/, input: {} }],
      text: index < 2 ? FACTS : `${FACTS}.`,
    }));
    try {
      const env = { ANTHROPIC_API_KEY: 'sk-real', ANTHROPIC_BASE_URL: provider.url };
      const { code, said } = await run(join(EXAMPLES, '100-logs.ts'), env);
      expect(code).toBe(0);
      expect(said).toMatch(/^Asking: claude-haiku-4-5, twice, with your ANTHROPIC_API_KEY; about \$0\.0\d\d .*$/m);
      expect(said).toContain('The same answer: in other words');
      expect(provider.requests).toHaveLength(4);
      // As this provider counts, by the bytes of each request.
      const counts = provider.requests.map(({ body }) => Math.ceil(body.length / 4));
      expect(tokensIn(said)).toEqual([counts[0]! + counts[1]!, counts[2]! + counts[3]!]);
      for (const { rawHeaders } of provider.requests) expect(rawHeaders.join(' ')).toContain('sk-real');
    } finally {
      await provider.close();
    }
  });

  test('and nobody with --scripted', async () => {
    const provider = await startScriptedProvider();
    const env = { OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: `${provider.url}/v1` };
    const { said } = await run(join(EXAMPLES, 'code-search.ts'), env, ['--scripted']);
    await provider.close();
    expect(said).toContain('Nothing left it.');
    expect(provider.requests).toEqual([]);
  });
});

test.each([
  ['leaves a fact out', "rows.replaceAll('seven', '')", 1],
  ['keeps every fact', 'rows', 0],
])('a Headroom that %s is told by the exit code', async (_name, shortened, code) => {
  const file = join(home, 'program.ts');
  const stage = JSON.stringify(join(EXAMPLES, 'stage/compare.ts'));
  writeFileSync(
    file,
    `import { compare } from ${stage};
    const rows = 'five six seven';
    await compare({ api: 'openai', question: 'which?', tools: [{ name: 'count', facts: ['five', 'seven'] }], ask: async (own) => {
      const messages: object[] = [{ role: 'user', content: own.question }];
      const tools = [{ type: 'function', function: { name: 'count', parameters: { type: 'object' } } }];
      const post = async (): Promise<any> => {
        const body = JSON.stringify({ model: own.model, messages, tools });
        return (await (await fetch(own.baseURL + '/chat/completions', { method: 'POST', body })).json() as any).choices[0].message;
      };
      const { tool_calls } = await post();
      const result = own.hasHeadroom ? ${shortened} : rows;
      messages.push({ role: 'assistant', tool_calls }, { role: 'tool', tool_call_id: tool_calls[0].id, content: result });
      return (await post()).content;
    } });`,
  );
  const ran = await run(file);
  expect(ran.said).toContain(`With Headroom`);
  expect([ran.code, ran.said.includes('The same answer: yes')]).toEqual([code, code === 0]);
});
