import { expect, test } from 'vitest';
import { onlyPrints, showsAddress, showsFile, shownPaths } from './shown-file.ts';

test.each([
  [{ file_path: '/src/package.json' }, true],
  [{ path: 'a/b/.eslintrc.json', limit: 3 }, true],
  [{ command: 'cat package.json' }, true],
  [{ command: 'cd app && sed -n 1,80p tsconfig.json' }, true],
  [{ command: 'cat data.json | jq .items' }, false],
  [{ command: 'node list.js' }, false],
  [{ command: ['bash', '-lc', 'cat src/a.ts'] }, true],
  [{ command: ['cat', 'src/a.ts'] }, true],
  [{ command: 'git show HEAD:src/a.ts' }, true],
  [{ command: 'cd app && git --no-pager show --textconv main~2:src/a.ts' }, true],
  [{ command: 'git show :2:src/a.ts' }, true],
  [{ command: 'git show HEAD' }, false],
  [{ command: 'git show 1a2b3c4 --stat' }, false],
  [{ command: 'git show --format=%h:%s 1a2b3c4 -- src/a.ts' }, false],
  [{ command: 'git show :/fix' }, false],
  [{ command: ['bash', '-lc', 'npm test'] }, false],
  [{ command: ['/bin/sh', '-c', 'cat a.json | jq .'] }, false],
  [{ command: 'curl -s https://example.org/a.json' }, false],
  [{ url: 'https://example.org/a.json' }, false],
  [{ path: 'src/components' }, false],
  [{ query: 'error OR fatal' }, false],
  [{ city: 'St. Louis' }, false],
  [null, false],
])('the call with %j shows a file: %s', (input, expected) => {
  expect(showsFile({ id: 'a', name: 'any', input })).toBe(expected);
});

test.each([
  [{ file_path: '/a/run.jsonl', offset: 3 }, ['/a/run.jsonl']],
  [{ command: 'cat a.log', description: 'Show the log' }, ['a.log']],
  [{ command: 'cd app && tail -n 50 "logs/a.log" 2>/dev/null' }, ['logs/a.log']],
  [{ command: "sed -n '1,80p' a.log" }, ['a.log']],
  [{ command: 'head -5 a.jsonl; echo ---; tail -5 b.jsonl' }, ['a.jsonl', 'b.jsonl']],
  [{ command: ['bash', '-lc', 'cat a.log src/a.ts'] }, ['a.log', 'src/a.ts']],
  [{ command: 'cat *.log' }, []],
  [{ command: 'cat a.log && npm test' }, []],
  [{ command: 'cat a.log > b.log' }, []],
  [{ command: 'cat $LOG' }, []],
  [{ command: 'cat a.log | grep x' }, []],
  [{ command: 'cat > a.jsonl <<EOF\n{}\nEOF' }, []],
  [{ command: 'npm test' }, []],
  [null, []],
])('the call with %j shows exactly %j', (input, expected) => {
  expect(shownPaths({ id: 'a', name: 'any', input })).toEqual(expected);
});

test('a command that prints and does nothing else is told from one that writes', () => {
  const onlyPrintsWith = (input: Record<string, string | string[]>): boolean =>
    onlyPrints({ id: 'a', name: 'any', input });
  expect(onlyPrintsWith({ command: 'cat a.log' })).toBe(true);
  expect(onlyPrintsWith({ command: ['bash', '-lc', 'tail -5 a.log'] })).toBe(true);
  expect(onlyPrintsWith({ command: 'cat a.log > b.log' })).toBe(false);
  expect(onlyPrintsWith({ command: 'sed -i s/a/b/ a.log' })).toBe(false);
  expect(onlyPrintsWith({ old_string: 'cat a.log', new_string: 'x' })).toBe(false);
});

test('text from an address of the network is no file', () => {
  expect(showsAddress({ id: 'a', name: 'any', input: { url: 'https://example.org/a.ts' } })).toBe(true);
  expect(showsAddress({ id: 'a', name: 'any', input: { url: 'file:///src/a.ts' } })).toBe(false);
  expect(showsAddress({ id: 'a', name: 'any', input: { path: 'src/a.ts' } })).toBe(false);
});
