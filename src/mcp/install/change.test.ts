import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'smol-toml';
import { Backups } from './backup.ts';
import { planInstall, planUninstall } from './change.ts';
import { type Client, CLIENTS, type Launch } from './clients.ts';

const LAUNCH: Launch = { command: '/opt/node', args: ['/opt/headroom/bin/headroom.js', 'mcp'] };
const [claude, cursor, codex] = ['claude-code', 'cursor', 'codex'].map(
  (name) => CLIENTS.find((client) => client.name === name)!,
) as [Client, Client, Client];

let root: string;
let backups: Backups;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headroom-install-'));
  backups = new Backups(join(root, '.headroom'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function pathOf(client: Client): string {
  return placeOf(client).path;
}

function placeOf(client: Client): ReturnType<Client['place']> {
  return client.place({ home: root, project: root, environment: {} });
}

function given(client: Client, bytes: string | Buffer): void {
  mkdirSync(dirname(pathOf(client)), { recursive: true });
  writeFileSync(pathOf(client), bytes);
}

function install(client: Client): string {
  planInstall(client, placeOf(client), LAUNCH, backups)!.make();
  return readFileSync(pathOf(client), 'utf8');
}

function uninstall(client: Client): string {
  planUninstall(client, placeOf(client), backups)!.make();
  return readFileSync(pathOf(client), 'utf8');
}

const JSON_ENTRY = { command: LAUNCH.command, args: LAUNCH.args };

const JSON_FILES: readonly (readonly [name: string, text: string])[] = [
  ['an empty object', '{}'],
  ['an object of two lines', '{\n}\n'],
  ['all on one line', '{"a":1,"mcpServers":{"x":{"command":"y"}},"big":12345678901234567890,"e":1.0e1}'],
  ['two spaces', '{\n  "a": 1.0,\n  "mcpServers": {\n    "x": {\n      "command": "y"\n    }\n  }\n}\n'],
  ['tabs and no line break at the end', '{\n\t"mcpServers": {},\n\t"a": "\\u00e9"\n}'],
  ['CRLF', '{\r\n    "a": [\r\n        1\r\n    ]\r\n}\r\n'],
  ['a byte order mark', '\ufeff{\n  "a": 1\n}\n'],
  ['a server on one line', '{\n  "mcpServers": { "x": { "command": "y" } }\n}\n'],
  ['many blanks', '\n\n {   "mcpServers"  :  {   }   }  \n\n'],
];

const TOML_FILES: readonly (readonly [name: string, text: string])[] = [
  ['an empty file', ''],
  ['comments', '# mine\nmodel = "o3" # the best\n\n[tools] # of mine\nweb = true\n# last words\n'],
  ['CRLF and no line break at the end', 'model = "o3"\r\n[mcp_servers.a]\r\ncommand = "b"'],
  ['an empty line at the end', 'when = 2026-01-01T00:00:00Z\nbig = 9007199254740993\n\n'],
  ['a quoted server', '[mcp_servers."my server"]\ncommand = "x"\nargs = [\n  "a", # why\n]\n'],
  ['a byte order mark', '\ufeffmodel = "o3"\n'],
];

describe('a JSON file of servers', () => {
  test.each(JSON_FILES)(
    '%s: nothing but the entry is added, and uninstall gives the file back (R-58)',
    (_name, text) => {
      given(cursor, text);
      const after = install(cursor);
      const [was, is] = [text, after].map((one) => JSON.parse(one.replace('\ufeff', '')) as Record<string, unknown>);
      expect(is).toEqual({ ...was, mcpServers: { ...(was!['mcpServers'] as object), headroom: JSON_ENTRY } });
      // What was there stands there still, in its order, around what came.
      const left = after.replace(/,?\s*"headroom":\s*\{[^}]*\}/, '');
      const blank = (one: string): string => one.replaceAll(/\s/g, '').replace(/,?"mcpServers":\{\}/, '');
      expect(blank(left)).toBe(blank(text));
      expect(uninstall(cursor)).toBe(text);
    },
  );

  test('the layout of the file is taken over', () => {
    given(cursor, '{\r\n\t"mcpServers": {\r\n\t\t"x": {}\r\n\t}\r\n}');
    expect(install(cursor)).toBe(
      '{\r\n\t"mcpServers": {\r\n\t\t"x": {},\r\n\t\t"headroom": {\r\n\t\t\t"command": "/opt/node",\r\n\t\t\t"args": [\r\n' +
        '\t\t\t\t"/opt/headroom/bin/headroom.js",\r\n\t\t\t\t"mcp"\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}',
    );
  });

  test('Claude Code is told that it is a stdio server, beside all else that its file holds', () => {
    given(claude, JSON.stringify({ numStartups: 4, projects: { '/work': { mcpServers: {} } } }, undefined, 2));
    const value = JSON.parse(install(claude)) as Record<string, unknown>;
    expect(value['mcpServers']).toEqual({ headroom: { type: 'stdio', ...JSON_ENTRY } });
    expect(value['projects']).toEqual({ '/work': { mcpServers: {} } });
  });

  test.each([
    ['// comments are no JSON\n{}'],
    ['{"a":1,}'],
    ['{"mcpServers":[]}'],
    ['{"mcpServers":"x"}'],
    ['[]'],
    [''],
    ['{"a":'],
    ['<<<<<<< HEAD\n{}'],
  ])('%j is refused, and stays as it is', (text) => {
    given(cursor, text);
    expect(() => planInstall(cursor, placeOf(cursor), LAUNCH, backups)).toThrow(/mcp\.json: .*nothing was changed/s);
    expect(readFileSync(pathOf(cursor), 'utf8')).toBe(text);
    expect(existsSync(join(root, '.headroom'))).toBe(false);
  });

  test('a file that is no UTF-8 is refused', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    given(cursor, bytes);
    expect(() => install(cursor)).toThrow('no UTF-8');
    expect(readFileSync(pathOf(cursor))).toEqual(bytes);
  });
});

describe('a TOML file of servers', () => {
  test.each(TOML_FILES)('%s: a block is added at the end, and uninstall gives the file back (R-58)', (_name, text) => {
    given(codex, text);
    const after = install(codex);
    expect(after.startsWith(text)).toBe(true);
    const table = parse(after.replace('\ufeff', ''), { integersAsBigInt: 'asNeeded' }) as Record<string, object>;
    expect((table['mcp_servers'] as Record<string, unknown>)['headroom']).toEqual(JSON_ENTRY);
    expect(after.slice(text.length).replaceAll('\r\n', '').includes('\n')).toBe(!text.includes('\r\n'));
    expect(uninstall(codex)).toBe(text);
  });

  test.each([
    ['model = '],
    ['a = 1\na = 2\n'],
    ['mcp_servers = 3\n'],
    ['[[mcp_servers]]\nx = 1\n'],
    ['mcp_servers = { a = { command = "b" } }\n'],
  ])('%j is refused, and stays as it is', (text) => {
    given(codex, text);
    expect(() => install(codex)).toThrow(/config\.toml: .*nothing was changed/s);
    expect(readFileSync(pathOf(codex), 'utf8')).toBe(text);
  });

  test.each([
    ['changed elsewhere', (text: string) => `# new\n${text}[other]\nx = 1\n`],
    ['without its marks', (text: string) => text.replaceAll(/^# [<>]{3}.*\n/gm, '')],
    ['with a setting added to it', (text: string) => text.replace('args =', 'startup_timeout_sec = 9\nargs =')],
  ])('a block %s is taken out alone', (_name, change) => {
    given(codex, 'model = "o3" # mine\n[mcp_servers.a]\ncommand = "b"\n');
    writeFileSync(pathOf(codex), change(install(codex)));
    const left = parse(uninstall(codex)) as Record<string, unknown>;
    expect(left['mcp_servers']).toEqual({ a: { command: 'b' } });
    expect(readFileSync(pathOf(codex), 'utf8')).toContain('model = "o3" # mine\n');
    if (change('').includes('[other]')) expect(left['other']).toEqual({ x: 1 });
  });

  test('what others put between its marks is not taken along', () => {
    given(codex, '');
    const text = install(codex).replace(/^# <<<.*\n/m, '[mcp_servers.other]\ncommand = "x"\n$&');
    writeFileSync(pathOf(codex), text);
    expect(parse(uninstall(codex))).toEqual({ mcp_servers: { other: { command: 'x' } } });
  });
});

describe('files', () => {
  test('a file that was not there is made, for its owner alone, and is gone afterwards with its folder', () => {
    install(codex);
    expect(statSync(pathOf(codex)).mode & 0o777).toBe(0o600);
    planUninstall(codex, placeOf(codex), backups)!.make();
    expect(existsSync(dirname(pathOf(codex)))).toBe(false);
    expect(planUninstall(codex, placeOf(codex), backups)).toBeUndefined();
  });

  test('a folder that others use by then stays', () => {
    install(codex);
    writeFileSync(join(dirname(pathOf(codex)), 'auth.json'), '{}');
    planUninstall(codex, placeOf(codex), backups)!.make();
    expect(readdirSync(dirname(pathOf(codex)))).toEqual(['auth.json']);
  });

  test('the mode of a file stays, and nothing else is left beside it', () => {
    given(cursor, '{}');
    chmodSync(pathOf(cursor), 0o640);
    install(cursor);
    expect(statSync(pathOf(cursor)).mode & 0o777).toBe(0o640);
    expect(readdirSync(dirname(pathOf(cursor)))).toEqual(['mcp.json']);
    expect(statSync(join(root, '.headroom', 'mcp-backups')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(root, '.headroom', 'mcp-backups')))
      expect(statSync(join(root, '.headroom', 'mcp-backups', name)).mode & 0o777).toBe(0o600);
  });

  test('when others have changed the file meanwhile, only our entry goes', () => {
    given(cursor, '{\n  "mcpServers": {\n    "x": {}\n  }\n}\n');
    writeFileSync(pathOf(cursor), install(cursor).replace('"x": {}', '"x": {},\n    "new": {"command": "n"}'));
    expect(JSON.parse(uninstall(cursor))).toEqual({ mcpServers: { x: {}, new: { command: 'n' } } });
  });

  test('what was made to hold our entry goes with it, unless others use it by then', () => {
    given(cursor, '{"a":1}');
    const after = install(cursor);
    writeFileSync(pathOf(cursor), after.replace('"a":1', '"a":2'));
    expect(uninstall(cursor)).toBe('{"a":2}');
    given(cursor, '{"a":1}');
    writeFileSync(pathOf(cursor), install(cursor).replace('"mcpServers":{', '"mcpServers":{"x":{},'));
    expect(uninstall(cursor)).toBe('{"a":1,"mcpServers":{"x":{}}}');
  });

  test('a file that another program writes between the look and the change is left to it', () => {
    given(cursor, '{}');
    const change = planInstall(cursor, placeOf(cursor), LAUNCH, backups)!;
    writeFileSync(pathOf(cursor), '{"theirs":1}');
    expect(() => change.make()).toThrow(expect.objectContaining({ code: 'NOT_WRITTEN' }));
    expect(readFileSync(pathOf(cursor), 'utf8')).toBe('{"theirs":1}');
    expect(readdirSync(dirname(pathOf(cursor)))).toEqual(['mcp.json']);
    const made = planInstall(codex, placeOf(codex), LAUNCH, backups)!;
    given(codex, 'theirs = 1\n');
    expect(() => made.make()).toThrow('another program');
    expect(readFileSync(pathOf(codex), 'utf8')).toBe('theirs = 1\n');
  });

  test('installed twice is installed once', () => {
    given(cursor, '{}');
    const after = install(cursor);
    expect(planInstall(cursor, placeOf(cursor), LAUNCH, backups)).toBeUndefined();
    expect(readFileSync(pathOf(cursor), 'utf8')).toBe(after);
    expect(uninstall(cursor)).toBe('{}');
  });

  test("another server of that name is nobody's to change", () => {
    given(cursor, '{"mcpServers":{"headroom":{"command":"heads","args":["up"]}}}');
    expect(() => install(cursor)).toThrow('starts heads up');
    expect(() => uninstall(cursor)).toThrow('which is not this program');
  });

  test('an entry of another version of this program can be taken out, and is not overwritten', () => {
    given(cursor, '{"mcpServers":{"headroom":{"command":"headroom","args":["mcp","serve"]}}}');
    expect(() => install(cursor)).toThrow('headroom mcp uninstall cursor');
    expect(uninstall(cursor)).toBe('{"mcpServers":{}}');
  });
});

describe('links', () => {
  test('one within the home folder is followed, and stays', () => {
    mkdirSync(join(root, 'dotfiles'));
    mkdirSync(join(root, '.codex'));
    writeFileSync(join(root, 'dotfiles', 'codex.toml'), 'a = 1\n');
    symlinkSync('../dotfiles/codex.toml', pathOf(codex));
    expect(install(codex)).toContain('headroom');
    expect(readlinkSync(pathOf(codex))).toBe('../dotfiles/codex.toml');
    expect(uninstall(codex)).toBe('a = 1\n');
    expect(readFileSync(join(root, 'dotfiles', 'codex.toml'), 'utf8')).toBe('a = 1\n');
  });

  test.each([
    ['file', '.cursor/mcp.json', 'mcp.json'],
    ['folder', '.cursor', '.'],
  ])('a %s that leads out of it is refused', (_name, link, target) => {
    const outside = mkdtempSync(join(tmpdir(), 'headroom-outside-'));
    try {
      writeFileSync(join(outside, 'mcp.json'), '{}');
      mkdirSync(dirname(join(root, link)), { recursive: true });
      symlinkSync(join(outside, target), join(root, link));
      expect(() => install(cursor)).toThrow('outside of');
      expect(readdirSync(outside)).toEqual(['mcp.json']);
      expect(readFileSync(join(outside, 'mcp.json'), 'utf8')).toBe('{}');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test('one that leads nowhere and a folder in the place of the file are refused', () => {
    mkdirSync(join(root, '.cursor'));
    symlinkSync(join(root, 'nowhere'), pathOf(cursor));
    expect(() => install(cursor)).toThrow('leads nowhere');
    mkdirSync(pathOf(codex), { recursive: true });
    expect(() => install(codex)).toThrow('it is no file');
  });
});

test('folders that the variables of clients name are used', () => {
  const environment = { CLAUDE_CONFIG_DIR: join(root, 'c'), CODEX_HOME: join(root, 'x') };
  const places = { home: '/nobody', project: root, environment };
  expect(claude.place(places).path).toBe(join(root, 'c', '.claude.json'));
  expect(codex.place(places).path).toBe(join(root, 'x', 'config.toml'));
});
