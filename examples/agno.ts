/** An Agno agent (in Python: agno-agent.py) with four tools; its `HeadroomAgnoModel` asks the proxy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { multiTool } from '../bench/recipes/multi-tool.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { compare } from './stage/compare.ts';
import { withProxy } from './stage/proxy.ts';

const python = process.env['PYTHON'] ?? 'python3';
const tools = multiTool().map(({ tool: name, rows, facts }) => ({
  name,
  description: `Looks for what is known of the worker pool: ${name.replaceAll('_', ' ')}.`,
  result: indented(rows),
  facts,
}));

async function runPython(task: object, environment: Readonly<Record<string, string>>): Promise<string> {
  const program = spawn(python, [join(import.meta.dirname, 'agno-agent.py')], {
    env: { ...process.env, PYTHONPATH: join(import.meta.dirname, '../python'), ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  program.stdin.end(JSON.stringify(task));
  const [said, [code]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
  if (code === 0) return said.trim();
  throw new Error(
    `agno-agent.py failed. What it needs: ${python} -m pip install agno openai (another Python: PYTHON=...)`,
  );
}

await compare({
  api: 'openai',
  question:
    'Our worker pool leaks memory. Look for known issues, the code that cleans up, the errors in the database and research. ' +
    'Use every tool, then say exactly what you found and recommend a fix.',
  tools,
  async ask({ apiKey, ...task }) {
    const offered = tools.map(({ name, description, result }) => ({ name, description, result }));
    const run = (url = ''): Promise<string> =>
      runPython({ ...task, tools: offered }, { OPENAI_API_KEY: apiKey, HEADROOM_BASE_URL: url });
    return task.hasHeadroom ? withProxy([], run) : run();
  },
});
