/** What is claimed as JSON: JSON, with a little text around it; nothing that only has brackets. */
import { describe, expect, it } from 'vitest';
import { claimFor } from './claim.ts';
import { codeHits, needleEntries } from './recipes.fixture.ts';

const rows = JSON.stringify(needleEntries());

describe('claimed', () => {
  it.each([
    ['a list', rows],
    ['an object', JSON.stringify({ total: 100, rows: codeHits() })],
    ['pretty-printed, after white space', `\n\n  ${JSON.stringify(codeHits(), null, 2)}\n`],
    ['a list of numbers', JSON.stringify(Array.from({ length: 300 }, (_, i) => i * 3))],
    [
      'JSON lines',
      codeHits()
        .map((hit) => JSON.stringify(hit))
        .join('\n'),
    ],
    ['a list cut off', rows.slice(0, 5000)],
    ['one long string cut off', `{"text":"${'words '.repeat(9000)}`],
  ])('%s, surely', (_, text) => {
    expect(claimFor(text)).toBe(0.95);
  });

  it.each([
    ['in a fence', `Here it is:\n\`\`\`json\n${rows}\n\`\`\`\n`],
    ['after a status line', `HTTP 200\n${rows}\n(12 ms)`],
    ['after brackets that are none', `[info] see [1]\n${rows}`],
  ])('%s', (_, text) => {
    expect(claimFor(text)).toBeGreaterThanOrEqual(0.5);
  });
});

describe('left to others', () => {
  it.each([
    ['a log with times in brackets', '[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok\n'.repeat(200)],
    ['a log with numbers in brackets', '[10.30 16:49:06] app.exe - host:80 open through proxy\n'.repeat(200)],
    ['a build log', '[INFO] Scanning for projects...\n[INFO] --------< com.example:app >--------\n'.repeat(90)],
    ['a file read', `[File: /src/a.py (99 lines total)]\n${'1: x = {"a": [1, 2, y]}\n'.repeat(200)}`],
    [
      'source code',
      'const all = [{ name: "a", value: f(x) }, { name: "b" }];\nif (a[0]) { return {"k": v}; }\n'.repeat(90),
    ],
    ['hits of a search', 'src/a.ts:12:  return { "a": [1] };\n'.repeat(200)],
    ['a diff of JSON', '-  "version": "1.0.0",\n+  "version": "1.0.1",\n   "files": ["dist"]\n'.repeat(90)],
    [
      'prose with a short example',
      `${'Some words about it. '.repeat(300)}\n\`\`\`json\n{"a": 1, "b": [1, 2]}\n\`\`\`\n`,
    ],
    [
      'a page of HTML',
      '<div data-x="{&quot;a&quot;:1}"><script>var a = {"x":[1,2],"y":z};</script></div>\n'.repeat(90),
    ],
    ['brackets alone', '['.repeat(100_000)],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(claimFor(text)).toBe(0);
  });
});
