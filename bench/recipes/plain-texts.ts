/** Tool results that are no JSON: a test run with failures, hits of a search. Seeded. */
import { chance, padded, times } from './random.ts';

export interface PlainText {
  readonly text: string;
  /** Must be findable in the text. */
  readonly facts: readonly string[];
}

const AREAS = 'auth billing cart catalog checkout export inventory login orders profile reports search'.split(' ');
const VERBS = 'accepts rejects keeps drops counts sorts merges splits parses prints'.split(' ');
const NOUNS = 'empty_input large_input unicode_names old_tokens new_rows missing_keys two_pages past_dates'.split(' ');

/** pytest -v with failures among many tests that passed. */
export function testRun(seed: number, tests = 1000, failures = 25): PlainText {
  const { pick, whole } = chance(seed);
  const failing = new Set<number>();
  while (failing.size < failures) failing.add(whole(0, tests - 1));
  const names = times(tests, (index) => {
    const area = AREAS[Math.floor((index * AREAS.length) / tests)]!;
    return `tests/test_${area}.py::test_${pick(VERBS)}_${pick(NOUNS)}_${index}`;
  });
  const lines = names.map((name, index) => {
    const verdict = failing.has(index) ? 'FAILED' : 'PASSED';
    return `${`${name} ${verdict}`.padEnd(72)} [${String(Math.floor((100 * (index + 1)) / tests)).padStart(3)}%]`;
  });
  const failed = [...failing].toSorted((a, b) => a - b);
  const details = failed.flatMap((index) => {
    const [file, test] = names[index]!.split('::');
    const [left, right] = [whole(1, 99), whole(100, 199)];
    return [
      `_________________ ${test!} _________________`,
      '',
      `    def ${test!}():`,
      `        result = run(${index})`,
      `>       assert result == ${right}`,
      `E       assert ${left} == ${right}`,
      '',
      `${file!}:${whole(10, 400)}: AssertionError`,
    ];
  });
  const text = [
    '============================= test session starts ==============================',
    'platform linux -- Python 3.12.3, pytest-8.3.2, pluggy-1.5.0',
    'rootdir: /app',
    `collected ${tests} items`,
    '',
    ...lines,
    '',
    '=================================== FAILURES ===================================',
    ...details,
    '=========================== short test summary info ============================',
    ...failed.map((index) => `FAILED ${names[index]!} - assert`),
    `================= ${failures} failed, ${tests - failures} passed in 12.34s =================`,
    '',
  ].join('\n');
  return { text, facts: failed.map((index) => names[index]!.split('::')[1]!) };
}

/** grep -rn with hits in many files. */
export function searchHits(seed: number, hits = 400, files = 36): PlainText {
  const { pick, whole } = chance(seed);
  const paths = times(files, (index) => `src/${pick(AREAS)}/${pick(VERBS)}_${padded(index, 2)}.ts`).toSorted();
  const lines: string[] = [];
  paths.forEach((path, index) => {
    const own = Math.floor((hits * (index + 1)) / files) - Math.floor((hits * index) / files);
    let line = 0;
    for (let hit = 0; hit < own; hit++) {
      line += whole(1, 40);
      const call = `client.${pick(VERBS)}${pick(AREAS)}(${pick(['request', 'session', 'options'])}, ${whole(1, 999)})`;
      lines.push(
        `${path}:${line}:${' '.repeat(2 * whole(0, 3))}${pick(['const result = await ', 'return ', ''])}${call};`,
      );
    }
  });
  return { text: `${lines.join('\n')}\n`, facts: paths };
}
