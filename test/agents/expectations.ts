/** What must have become of an agent's tool results on their way. */
import { expect } from 'vitest';
import { runHeadroom } from '../e2e/proxy-process.ts';
import { SOURCE_TEXT } from './stage.ts';

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
