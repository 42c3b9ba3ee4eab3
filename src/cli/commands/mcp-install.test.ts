import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asArray, asObject, type JsonValue } from '../../core/json/value.ts';
import { Machine, PROGRAM } from '../run-program.fixture.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.close());

const FILE = '{\n  "numStartups": 1\n}\n';
const pathOf = (name: string): string => join(machine.home, name);

test('shows the change, writes it with --yes, and gives the file back byte for byte (R-58)', async () => {
  writeFileSync(pathOf('.claude.json'), FILE);
  const looked = await machine.run(['mcp', 'install', 'claude-code', '--dry-run']);
  expect(looked.code).toBe(0);
  expect(looked.stdout).toContain('+     "headroom": {');
  expect([readFileSync(pathOf('.claude.json'), 'utf8'), readdirSync(machine.home)]).toEqual([FILE, ['.claude.json']]);

  const done = await machine.run(['mcp', 'install', 'claude-code', '--yes']);
  expect([done.code, done.stdout]).toEqual([0, looked.stdout]);
  const value = JSON.parse(readFileSync(pathOf('.claude.json'), 'utf8')) as JsonValue;
  const entry = asObject(asObject(asObject(value)['mcpServers'])['headroom']);
  expect(asArray(entry['args'])).toEqual([PROGRAM, 'mcp', '--home', machine.home]);
  expect((await machine.run(['mcp', 'install', 'claude-code', '-y'])).stderr).toContain('already');

  expect((await machine.run(['mcp', 'uninstall', 'claude-code', '--yes'])).code).toBe(0);
  expect(readFileSync(pathOf('.claude.json'), 'utf8')).toBe(FILE);
  expect((await machine.run(['mcp', 'uninstall', 'claude-code', '--yes'])).stderr).toContain('nothing to do');
});

test('touches nothing but the one file and its own home folder', async () => {
  for (const folder of ['.cursor', '.codex', '.claude']) mkdirSync(pathOf(folder));
  await machine.run(['mcp', 'install', 'codex', '--yes'], '', { HEADROOM_HOME: pathOf('.headroom') });
  expect(readdirSync(machine.home, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
    '.claude',
    '.codex',
    '.codex/config.toml',
    '.cursor',
    '.headroom',
    '.headroom/mcp-backups',
    expect.stringMatching(/^\.headroom\/mcp-backups\/[0-9a-f]{24}\.json$/),
  ]);
});

test('asks, and without anybody to ask changes nothing', async () => {
  writeFileSync(pathOf('.claude.json'), FILE);
  const { code, stderr } = await machine.run(['mcp', 'install', 'claude-code']);
  expect([code, stderr]).toEqual([2, 'headroom: nobody is there to be asked; add --yes, or --dry-run to look only\n']);
  expect(readFileSync(pathOf('.claude.json'), 'utf8')).toBe(FILE);
});

test('a file that is broken is named, with what is wrong with it', async () => {
  mkdirSync(pathOf('.codex'));
  writeFileSync(pathOf('.codex/config.toml'), 'a = 1\nb = \n');
  const { code, stderr } = await machine.run(['mcp', 'install', 'codex', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/config\.toml: line 2: .*correct the file first, nothing was changed/);
  expect(readFileSync(pathOf('.codex/config.toml'), 'utf8')).toBe('a = 1\nb = \n');
});

test('without a name it takes the one client that is there, and else asks which', async () => {
  expect((await machine.run(['mcp', 'install', '--dry-run'])).stderr).toContain('none was found here');
  mkdirSync(pathOf('.cursor'));
  expect((await machine.run(['mcp', 'install', '--dry-run'])).stdout).toContain('.cursor/mcp.json (new file)');
  mkdirSync(pathOf('.codex'));
  const { code, stderr } = await machine.run(['mcp', 'install', '--dry-run']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('found here: cursor, codex')]);
  expect((await machine.run(['mcp', 'install', 'cursr'])).stderr).toContain('did you mean cursor?');
});

test('generic prints what any client needs and writes nothing', async () => {
  const { code, stdout } = await machine.run(['mcp', 'install', 'generic']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    mcpServers: { headroom: { args: [PROGRAM, 'mcp', '--home', machine.home] } },
  });
  expect(existsSync(pathOf('mcp-backups'))).toBe(false);
});
