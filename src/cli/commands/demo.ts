/** `headroom demo`: one question through a real proxy to a scripted provider, and what that provider received. */
import { isDeepStrictEqual } from 'node:util';
import type { Profile } from '../../config/options.ts';
import { asArray, asObject, type JsonValue } from '../../core/json/value.ts';
import { tokenizer } from '../../pipeline/defaults.ts';
import { type ProxyOptions, startProxy } from '../../proxy/server.ts';
import { startScriptedProvider } from '../../testing/scripted-provider.ts';
import type { Command, Invocation } from '../command.ts';
import { change, colorsFor, say, thousands, warn } from '../terminal.ts';
import { asPythonJson, demoLogs, FACTS, type LogEntry, QUESTION } from './demo-logs.ts';
import { compressors } from '../../pipeline/defaults.ts';
import { expandText } from '../../pipeline/expand.ts';

export const demo: Command = {
  summary: 'Plays a question about 100 log entries through a real proxy. No key needed, nothing leaves this machine.',
  examples: [
    ['headroom demo', ''],
    ['headroom demo --profile lossless', 'only forms that lose nothing'],
  ],
  notes:
    'An agent has fetched 100 log entries; one of them says why the shop was down. The provider behind the proxy is a script,\n' +
    'not a model: it shows what a model would have read. The demo fails if a fact that the answer needs did not arrive.',
  flags: [],
  options: ['profile', 'deadline-ms', 'home'],
  async run({ config: { values } }: Invocation): Promise<number> {
    const logs = demoLogs();
    const sent = asPythonJson(logs);
    const received = await playThrough(sent, values.profile, values['deadline-ms']);
    return report(sent, received, logs);
  },
};

/** @returns the tool result as the provider received it. */
async function playThrough(sent: string, profile: Profile, deadlineMs: number): Promise<string> {
  const provider = await startScriptedProvider();
  try {
    const proxy = await startProxy(proxyOptions(provider.url, profile, deadlineMs));
    try {
      const response = await fetch(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': 'demo', 'anthropic-version': '2023-06-01' },
        body: JSON.stringify(conversation(sent)),
      });
      await response.text();
      if (!response.ok) throw new Error(`the proxy answered ${response.status}`);
    } finally {
      await proxy.close();
    }
    return lastToolResult(JSON.parse(provider.requests.at(-1)!.body.toString()) as JsonValue);
  } finally {
    await provider.close();
  }
}

function proxyOptions(upstream: string, profile: Profile, deadlineMs: number): ProxyOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    upstreams: { anthropic: upstream, openai: upstream, gemini: upstream },
    profile,
    token: undefined,
    storePath: undefined,
    maxBodyBytes: 1_048_576,
    deadlineMs,
    workers: 1,
    connectTimeoutMs: 10_000,
    responseTimeoutMs: 60_000,
    logLevel: 'silent',
    warn,
  };
}

function conversation(result: string): JsonValue {
  return {
    model: 'claude-sonnet-4',
    max_tokens: 1024,
    tools: [{ name: 'search_logs', description: 'Searches the production logs.', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: "Search the production logs for the root cause of last night's outage." },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I will search the logs.' },
          { type: 'tool_use', id: 'toolu_demo', name: 'search_logs', input: { query: 'error OR fatal', limit: 100 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_demo', content: result }] },
      { role: 'user', content: QUESTION },
    ],
  };
}

function lastToolResult(body: JsonValue): string {
  const blocks = asArray(asObject(body).messages).flatMap((message) => asArray(asObject(message).content));
  const { content } = asObject(blocks.findLast((block) => asObject(block).type === 'tool_result'));
  const texts = typeof content === 'string' ? [content] : asArray(content).map((block) => asObject(block).text);
  return texts.filter((text) => typeof text === 'string').join('\n');
}

/** Says what arrived. @returns the exit code: 1 when a fact is missing. */
export function report(sent: string, received: string, logs: readonly LogEntry[]): number {
  const { bold, green, red, dim } = colorsFor(process.stdout);
  say(dim(`The agent's tool returned ${logs.length} log entries, ${thousands(sent.length)} characters, which begin:`));
  say(dim(`  ${sent.slice(0, 300)}...`));
  say('');
  say(bold('What the provider received in their place:'));
  say('');
  say(received);
  say('');
  say(bold(change(tokenizer.count(sent), tokenizer.count(received))) + dim(`, counted with ${tokenizer.name}`));
  const checks = FACTS.map(([what, text]): [string, boolean] => [`${what}: ${text}`, received.includes(text)]);
  const expanded = received === sent ? undefined : expandText(received, compressors);
  if (expanded !== undefined)
    checks.push([`all ${logs.length} entries, read back from the shorter form`, isSame(expanded, logs)]);
  for (const [what, isThere] of checks) say(`  ${isThere ? green('arrived') : red('MISSING')}  ${what}`);
  return checks.every(([, isThere]) => isThere) ? 0 : 1;
}

function isSame(text: string, logs: readonly LogEntry[]): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), logs);
  } catch {
    return false;
  }
}
