import { expect, test } from 'vitest';
import { looksFailed } from './failure.ts';

const FILLER = 'src/a.ts: checked\n'.repeat(100);

test.each([
  ['an exit code before the output', `Exit code 2\n${FILLER}`],
  ['an exit code after the output', `${FILLER}[Command finished with exit code 1]`],
  ['an exit status after the output', `${FILLER}exit status 2\n`],
  ['a process that exited', `${FILLER}Process exited with code 101.`],
  ['an error banner', 'Error: flight not available'],
  ["a program's error", 'fatal: not a git repository (or any of the parent directories): .git'],
  ['a named program', `tsc: error TS5083: Cannot read file\n${FILLER}`],
  ['a tag', '<tool_use_error>File does not exist.</tool_use_error>'],
  ['a stack trace of Python', 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no'],
  ['a stack trace at the end', `${FILLER}ValueError: invalid literal for int() with base 10: 'x'`],
  ['a stack trace of Node', "TypeError: Cannot read properties of undefined (reading 'x')\n    at a.js:1:1"],
  ['a shell', 'bash: line 1: foo: command not found'],
  ['a system error', "ENOENT: no such file or directory, open 'x'"],
  ['make', `${FILLER}make: *** [Makefile:3: all] Error 2`],
  ['a JSON result', '{"output": "…", "exit_code": 1}'],
])('R-13 %s says that the call failed', (_name, text) => {
  expect(looksFailed(text)).toBe(true);
});

test.each([
  ['a success', `${FILLER}[Command finished with exit code 0]`],
  ['a log with errors in it', `${FILLER}2024-01-01 ERROR failed to connect\n${FILLER}`],
  ['rows with an empty error', '[{"id": 1, "error": null, "exit_code": 0}]'],
  ['a list of files', 'error.ts\nerrors/index.ts\nREADME.md'],
  ['code', 'export class HeadroomError extends Error {\n}\n'],
  ['nothing', ''],
])('%s does not', (_name, text) => {
  expect(looksFailed(text)).toBe(false);
});
