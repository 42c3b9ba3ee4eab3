/** What must have become of an agent's tool results on their way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runHeadroom } from '../e2e/proxy-process.ts';
import type { RecordedRequest, Script } from '../../src/testing/scripted-provider.ts';
import { LAST_HIT, SOURCE_TEXT, type Stage } from './stage.ts';

/** The records came shorter by half at least, and `headroom expand` gives the same value back. */
export async function expectRecords(
  [sent, arrived]: readonly [string, string],
  text: string,
  home: string,
): Promise<void> {
  const records = JSON.stringify(JSON.parse(text));
  expect(sent, 'the agent did not show the records whole').toContain(records);
  expect(arrived.length).toBeLessThan(sent.length / 2);
  const { exitCode, stdout } = await runHeadroom(['expand'], arrived, home);
  expect(exitCode).toBe(0);
  expect(stdout.toString().trim()).toContain(records);
}

/** The gutter got thinner; every line of the file is there exactly, and in order. */
export function expectRead([sent, arrived]: readonly [string, string]): void {
  const lines = SOURCE_TEXT.split('\n');
  expect(sent.split('\n').length, 'the agent did not show the file whole').toBeGreaterThan(300);
  expect(arrived.length).toBeLessThan(sent.length);
  const rows = arrived.split('\n');
  let row = 0;
  const missing = lines.filter((line) => {
    const found = rows.findIndex((text, index) => index >= row && withoutGutter(text, line));
    if (found !== -1) row = found + 1;
    return found === -1;
  });
  expect(missing).toEqual([]);
}

function withoutGutter(row: string, line: string): boolean {
  return (
    row === line || (row.endsWith(line) && /^\s*\d+(?:\t|→|: ?|\| ?)$/.test(row.slice(0, row.length - line.length)))
  );
}

/** A model that searches, fetches what the view left out, and looks once more. @param shell the tool that runs commands. */
export function withRetrieval(shell: RegExp): (request: RecordedRequest) => NonNullable<Script['call']> {
  return ({ body }) => {
    const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(body.toString())?.[1] ?? 'none';
    return [
      { tool: shell, input: { command: 'sh search.sh', description: 'search' } },
      { tool: /^headroom_retrieve$/, input: { hash, query: 'value499' } },
      { tool: shell, input: { command: 'git status --short', description: 'what changed' } },
    ];
  };
}

/** The model got what the view had left out; nothing that the agent keeps or sends speaks of it. */
export function expectHidden(requests: readonly RecordedRequest[], { home, sent }: Stage): void {
  const bodies = requests.map(({ body }) => body.toString());
  const viewed = bodies.find((body) => body.includes('headroom_retrieve hash='));
  expect(viewed, 'no view was sent').toBeDefined();
  expect(viewed).not.toContain(LAST_HIT);
  const last = bodies.findLast((body) => body.includes('sh search.sh'))!;
  expect(last, 'the model did not get the original').toContain(LAST_HIT);
  expect(last).toMatch(/git status/);
  for (const { body } of sent) expect(body.toString()).not.toContain('headroom_retrieve');
  for (const file of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.jsonl?$/.test(file.name)) continue;
    expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain('headroom_retrieve');
  }
}
