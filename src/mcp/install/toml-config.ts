/** An entry in a TOML file of `mcp_servers`, as a marked block at its end: comments and layout of the rest stay. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ConfigSyntax, Launch } from './clients.ts';

const BEGIN = '# >>> headroom: taken out again by "headroom mcp uninstall codex" >>>';
const END = '# <<< headroom <<<';
const HOLDER = 'mcp_servers';
const NAME = 'headroom';

export const tomlConfig: ConfigSyntax = {
  empty: '',
  find(text) {
    const entry = serversIn(read(text))[NAME];
    if (entry === undefined) return undefined;
    const { command, args } = asObject(entry);
    return { command: typeof command === 'string' ? command : '', args: asArray(args).map(String) };
  },
  // A table in TOML is there when something is in it.
  makesHolder: () => false,
  add(text, launch) {
    const before = read(text);
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    const gap = text === '' || /(?:^|\n)\r?\n$/.test(text) ? '' : text.endsWith('\n') ? newline : newline.repeat(2);
    const added = text + gap + blockOf(launch).join(newline) + newline;
    const wanted = { ...before, [HOLDER]: { ...serversIn(before), [NAME]: { ...launch } } };
    if (!isSame(added, wanted))
      throw new Error(`its ${HOLDER} are written in a way that nothing can be added to at its end`);
    return added;
  },
  remove(text) {
    const before = read(text);
    const { [NAME]: _gone, ...others } = serversIn(before);
    const { [HOLDER]: _servers, ...rest } = before;
    const isFit = (left: string): boolean =>
      isSame(left, { ...rest, [HOLDER]: others }) || (Object.keys(others).length === 0 && isSame(left, rest));
    const left = [withoutBlock(text), withoutTable(text)].find((one) => one !== undefined && isFit(one));
    if (left === undefined)
      throw new Error(`its entry [${HOLDER}.${NAME}] was changed so that it must be taken out by hand`);
    return left;
  },
};

function blockOf({ command, args }: Launch): readonly string[] {
  return [
    BEGIN,
    `[${HOLDER}.${NAME}]`,
    `command = ${JSON.stringify(command)}`,
    `args = [${args.map((word) => JSON.stringify(word)).join(', ')}]`,
    END,
  ];
}

/** @throws Error that says what is wrong with the file. */
function read(text: string): JsonObject {
  let table: JsonObject;
  try {
    table = parse(text, { integersAsBigInt: 'asNeeded' }) as unknown as JsonObject;
  } catch (error) {
    const { message, line } = error as Error & { line?: number };
    throw new Error(`line ${line ?? '?'}: ${message.split('\n')[0]}`, { cause: error });
  }
  const servers = table[HOLDER];
  if (servers !== undefined && !isJsonObject(servers)) throw new Error(`its ${HOLDER} is not a table`);
  return table;
}

function serversIn(table: JsonObject): JsonObject {
  return asObject(table[HOLDER] as JsonValue | undefined);
}

function isSame(text: string, wanted: JsonObject): boolean {
  try {
    return isDeepStrictEqual(structuredClone(read(text)), structuredClone(wanted));
  } catch {
    return false;
  }
}

/** With the empty line that was put before it. */
function withoutBlock(text: string): string | undefined {
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) return undefined;
  const after = text.slice(end + END.length).replace(/^\r?\n/, '');
  return text.slice(0, start).replace(/(^|\n)\r?\n$/, '$1') + after;
}

/** From its heading to the next one, for a block whose marks are gone. */
function withoutTable(text: string): string | undefined {
  const lines = text.split('\n');
  const isHeading = (line: string): boolean => /^\s*\[/.test(line);
  const start = lines.findIndex((line) => /^\s*\[\s*mcp_servers\s*\.\s*["']?headroom["']?\s*\]/.test(line));
  if (start < 0) return undefined;
  const length = lines.slice(start + 1).findIndex(isHeading);
  return lines.toSpliced(start, length < 0 ? lines.length : length + 1).join('\n');
}
