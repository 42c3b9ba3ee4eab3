import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAgent, findBlock, removeAgent, type Shell } from './shell-block.ts';

const PROGRAM = ['headroom'];
const NAMES = ['claude', 'codex', 'gemini', 'opencode'] as const;

function add(text: string | undefined, agent: string, shell: Shell = 'posix'): string {
  return addAgent({ shell, agent, program: PROGRAM, text, newFolders: 0 });
}

describe('lines in a start file', () => {
  test.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['an ordinary one', 'export A=1\nalias ll="ls -l"\n'],
    ['one whose last line is not ended', 'export A=1'],
    ['one with bytes that are no text', 'export A="\u00e9\u00ff\u0000"\r\n'],
    ['one that ends in empty lines', 'a\n\n\n'],
  ])('%s: what is added is found, and taken out to the byte (R-35)', (_name, text) => {
    const once = add(text, 'claude');
    const twice = add(once, 'codex');
    expect(findBlock(twice)).toEqual({ agents: ['claude', 'codex'], isNewFile: text === undefined, newFolders: 0 });
    expect(twice.startsWith(text ?? '')).toBe(true);
    expect(add(twice, 'codex')).toBe(twice);
    expect(removeAgent(twice, 'codex')).toBe(once);
    expect(removeAgent(removeAgent(twice, 'claude'), 'codex')).toBe(text ?? '');
    expect(removeAgent(twice, undefined)).toBe(text ?? '');
  });

  test('what others have written meanwhile stays, before it, behind it and within it', () => {
    const text = `FIRST=1\n${add('A=1', 'claude').replace('# <<<', 'MINE=1\n# <<<')}LAST=1\n`;
    expect(removeAgent(text, 'claude')).toBe('FIRST=1\nA=1\nMINE=1\nLAST=1\n');
    expect(removeAgent(`${add('A=1', 'claude')}LAST=1`, undefined)).toBe('A=1\nLAST=1');
  });

  test('a block whose last mark is gone takes only its own lines with it', () => {
    const text = `${add('A=1\n', 'claude').replace('# <<< headroom wrap <<<\n', '')}B=1\n`;
    expect(removeAgent(text, 'claude')).toBe('A=1\nB=1\n');
  });

  test('lines that only speak of it are not ours', () => {
    const text = '# headroom wrap\nclaude() { echo hi; }\n# <<< headroom wrap <<<\n';
    expect([findBlock(text), removeAgent(text, undefined)]).toEqual([undefined, text]);
  });

  test('any order of adding, removing and writing around it ends in what others wrote (R-35)', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r\n', '#', '\u00ff', '"'), maxLength: 40 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), agent: fc.constantFrom(...NAMES) }),
      fc.record({ kind: fc.constant('remove' as const), agent: fc.constantFrom(...NAMES, undefined) }),
      fc.record({ kind: fc.constant('before' as const), text }),
      fc.record({ kind: fc.constant('behind' as const), text }),
    );
    fc.assert(
      fc.property(text, fc.array(step, { maxLength: 12 }), (start, steps) => {
        let [file, plain] = [start, start];
        for (const one of steps) {
          // Behind our last line a line begins, where the file had ended in the middle of one.
          const isAtEnd = file.endsWith('# <<< headroom wrap <<<\n');
          if (one.kind === 'add') file = add(file, one.agent);
          else if (one.kind === 'remove') file = removeAgent(file, one.agent);
          else if (one.kind === 'before') {
            // A file that begins in the middle of a line would join with it.
            file = `${one.text}\n${file}`;
            plain = `${one.text}\n${plain}`;
          } else {
            const isOpen = isAtEnd && plain !== '' && !plain.endsWith('\n') && one.text !== '';
            file += one.text;
            plain += (isOpen ? '\n' : '') + one.text;
          }
        }
        expect(removeAgent(file, undefined)).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });
});

describe('in a shell', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-shell-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'claude'), '#!/bin/sh\necho "plain: $*"\n', { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const whereIs = (shell: string): string | undefined =>
    ['/bin', '/usr/bin', '/usr/local/bin'].map((place) => join(place, shell)).find((path) => existsSync(path));
  const shells = ['bash', 'zsh', 'fish'].filter((shell) => whereIs(shell) !== undefined);

  function put(name: string, script: string): string {
    const path = join(folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  function type(shell: string, wrapping: { program?: readonly string[]; flags?: readonly string[] } = {}): string {
    const file = join(folder, 'start');
    const isFish = shell === 'fish';
    const text = isFish ? '' : `alias claude='claude'\n`;
    const words = { program: PROGRAM, agent: 'claude', newFolders: 0, text, ...wrapping };
    writeFileSync(file, addAgent({ shell: isFish ? 'fish' : 'posix', ...words }));
    // Without the alias: a shell that reads commands does not expand them, and those who type do.
    const typed = ['-c', `${shell === 'bash' ? 'shopt -s expand_aliases; ' : ''}. ${file}; claude -p 'a  b' 2>&1`];
    return execFileSync(whereIs(shell)!, typed, {
      env: { PATH: join(folder, 'bin'), HOME: folder },
      encoding: 'utf8',
    });
  }

  test.each(shells)('%s starts the agent through headroom, with its words as they were', (shell) => {
    put('node', '');
    put('headroom', 'echo "wrapped: $#: $*"');
    expect(type(shell)).toBe('wrapped: 5: wrap claude -- -p a  b\n');
  });

  test.each(shells)('%s hands on the flags that every session gets, to the byte (R-59)', (shell) => {
    put('node', '');
    put('headroom', `for word in "$@"; do printf '<%s>' "$word"; done`);
    const flags = ['--profile=lossless', String.raw`--text-observations=^it's \d+\\|$HOME "!"`];
    expect(type(shell, { flags })).toBe(`<wrap>${flags.map((flag) => `<${flag}>`).join('')}<claude><--><-p><a  b>`);
  });

  const PLAIN = /^claude: headroom is gone, starting without it; [^\n]*\nplain: -p a {2}b\n$/;

  test.each(shells)('%s starts it without headroom when what that runs on is gone, and says so (R-34)', (shell) => {
    put('headroom', 'exit 127');
    expect(type(shell)).toMatch(PLAIN);
    const program = [join(folder, 'gone', 'node'), put('headroom.js', 'exit 127')];
    expect(type(shell, { program })).toMatch(PLAIN);
    expect(type(shell, { program: [put('node', 'echo "wrapped: $#"'), program[1]!] })).toBe('wrapped: 6\n');
    expect(type(shell, { program: [put('node', 'exit 1'), join(folder, 'gone.js')] })).toMatch(PLAIN);
  });

  test('fish is asked the same, in words that its older versions know', () => {
    const program = ['/opt/n o/node', "/opt/it's/headroom.js"];
    const line = addAgent({
      shell: 'fish',
      agent: 'claude',
      program,
      flags: ['--profile=off'],
      text: '',
      newFolders: 0,
    });
    expect(line).toContain(
      String.raw`if test -x '/opt/n o/node'; and test -e '/opt/it\'s/headroom.js'; '/opt/n o/node' '/opt/it\'s/headroom.js' wrap --profile=off claude -- $argv; else;`,
    );
  });

  test.each(shells)('%s starts it without headroom when that is gone, and says so (R-34)', (shell) => {
    put('node', '');
    expect(type(shell)).toMatch(PLAIN);
    expect(readFileSync(join(folder, 'start'), 'utf8')).toContain('headroom wrap');
  });
});
