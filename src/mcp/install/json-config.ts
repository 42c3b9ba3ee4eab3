/** An entry in a JSON file of `mcpServers`, spliced in and out: everything else keeps its bytes. */
import { JsonDocument } from '../../core/json/document.ts';
import { locate, type Place } from '../../core/json/locate.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ConfigSyntax, Launch } from './clients.ts';

const HOLDER = 'mcpServers';
const NAME = 'headroom';

/** @param spell the entry as this client writes one. */
export function jsonConfig(spell: (launch: Launch) => JsonObject): ConfigSyntax {
  return {
    empty: '{}\n',
    find(text) {
      const entry = read(text).servers?.[NAME];
      if (entry === undefined) return undefined;
      const { command, args } = asObject(entry);
      return { command: typeof command === 'string' ? command : '', args: asArray(args).map(String) };
    },
    makesHolder: (text) => read(text).servers === undefined,
    add(text, launch) {
      const { servers } = read(text);
      const entry: JsonObject = { [NAME]: spell(launch) };
      return servers === undefined ? insert(text, [], { [HOLDER]: entry }) : insert(text, [HOLDER], entry);
    },
    remove(text, isLast) {
      const { servers } = read(text);
      const isOnly = isLast && Object.keys(servers ?? {}).length === 1;
      const path = isOnly ? [HOLDER] : [HOLDER, NAME];
      return Buffer.from(JsonDocument.parse(Buffer.from(text)).apply([{ op: 'remove', path }])).toString();
    },
  };
}

/** @throws Error that says what is wrong with the file. */
function read(text: string): { readonly servers: JsonObject | undefined } {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new Error(text.trim() === '' ? 'it is empty, which is no JSON' : (error as Error).message, { cause: error });
  }
  if (!isJsonObject(value)) throw new Error('it does not hold a JSON object');
  const servers = value[HOLDER];
  if (servers !== undefined && !isJsonObject(servers)) throw new Error(`its ${HOLDER} is not an object`);
  return { servers };
}

/** Puts the one member of `added` last into the object at the path, laid out as the file is. */
function insert(text: string, path: readonly string[], added: JsonObject): string {
  const [place] = locate(text, [{ path, isRemoved: false }]) as [Place];
  const { insertAt, insertAfterSibling, end } = place;
  const layout = layoutOf(text);
  const comma = insertAfterSibling ? ',' : '';
  if (!layout) {
    const member = JSON.stringify(added).slice(1, -1);
    return text.slice(0, insertAt) + comma + member + text.slice(insertAt);
  }
  const { newline, step } = layout;
  const outer = indentBefore(text, end - 1);
  const lines = JSON.stringify(added, undefined, step).split('\n').slice(1, -1);
  const member = lines.map((line) => newline + outer + line).join('');
  // `{}` on one line has to be opened; otherwise the closing brace has a line of its own already.
  const isOpen = text.slice(insertAt, end - 1).includes('\n');
  return (
    text.slice(0, insertAt) + comma + member + (isOpen ? '' : newline + outer) + text.slice(isOpen ? insertAt : end - 1)
  );
}

/** Undefined for a file that is all on one line. */
function layoutOf(text: string): { readonly newline: string; readonly step: string } | undefined {
  const [, newline] = /(\r?\n)/.exec(text) ?? [];
  if (newline === undefined) return undefined;
  const [, step] = /\n([ \t]+)\S/.exec(text) ?? [];
  const isOneLine = step === undefined && text.trim().length > 2;
  return isOneLine && !text.trim().includes('\n') ? undefined : { newline, step: step ?? '  ' };
}

/** The white space that the line of this character begins with. */
function indentBefore(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))![0];
}
