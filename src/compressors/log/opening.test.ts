import { describe, expect, test } from 'vitest';
import type { Compressed } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { logCompressor } from './log.ts';

const tokens = { name: 'none', exact: false, count: (text: string): number => text.length >> 2 };

function view(lines: readonly string[]): readonly string[] {
  const said: Compressed = logCompressor.compress(lines.join('\n'), {
    level: 'aggressive',
    call: undefined,
    tokens,
    deadline: NO_DEADLINE,
  })!;
  expect(said.loss).toBe('recoverable');
  return said.text.split('\n');
}

function clock(second: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(7 + Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

/** Three templates that come again and again, in their middle a few records of a fourth. */
function lines(line: (time: string, message: string) => string): readonly string[] {
  return Array.from({ length: 240 }, (_, i) => {
    const time = clock(i * 7);
    if (i >= 100 && i < 104) return line(time, `[error] cannot open /srv/store/part-${i} for reader ${i * 3}`);
    return line(time, i % 2 === 0 ? `[notice] worker ${i * 31} took job ${i * 17}` : `[notice] job ${i * 13} is done`);
  });
}

describe('what the lines of a log begin with (R-10)', () => {
  test('is said once, with what always holds the same, and of each time what is its own', () => {
    const [head, ...body] = view(lines((time, message) => `[Mon May 04 ${time} 2026] [host-7] ${message}`));
    expect(head).toMatch(/^\[log view: 240 lines like \[Mon May 04 07:00:00 2026\] \[host-7\] … to 07:27:53, /);
    expect(body).toHaveLength(3);
    for (const line of body) expect(line).not.toContain('2026');
    expect(body[2]).toMatch(
      /^4x 101-104 07:11:40-12:01 \{.*\}: \[error\] cannot open \/srv\/store\/part-100 for reader 300$/,
    );
  });

  test('ends before the first value that differs', () => {
    let seen = 0;
    const [head, ...body] = view(lines((time, message) => `[Mon May 04 ${time} 2026] [host-${seen++ % 3}] ${message}`));
    expect(head).toContain(' like [Mon May 04 07:00:00 2026] … to ');
    for (const line of body) expect(line).toMatch(/\{host-\d ×/);
  });

  test('times stand out where they are not those of the whole log', () => {
    const [head, first, second] = view(lines((time, message) => `2026-05-04 ${time} ${message}`));
    expect(head).toContain('2026-05-04 07:00:00 to 2026-05-04 07:27:53, times after "2026-05-04 "');
    expect(first).toMatch(/^118x 1-239 07:00:00-27:46 \[notice\] worker /);
    expect(second).toMatch(/^118x 2-240 07:00:07-27:53 \[notice\] job /);
  });

  test('stays in every line where not all begin so', () => {
    const [head, ...body] = view(
      lines((time, message) =>
        message.includes('done') ? `job log ${time} ${message}` : `2026-05-04 ${time} ${message}`,
      ),
    );
    expect(head).not.toContain(' like ');
    expect(body.find((line) => line.includes('[error]'))).toMatch(/: 2026-05-04 07:11:40 \[error\] cannot open /);
    expect(body[0]).toMatch(/^118x 1-239 2026-05-04 07:00:00 to 2026-05-04 07:27:46 \[notice\] worker /);
  });
});
