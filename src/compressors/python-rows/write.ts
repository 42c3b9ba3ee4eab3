/** Prints rows of JSON as Python prints them: the way back of `read.ts`. */
import { AS_PRINTED, type RowKind } from './read.ts';
import { spellText } from './text.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g;
const WORDS: Readonly<Record<string, string>> = { null: 'None', true: 'True', false: 'False', ',': ', ', ':': ': ' };

/** A word or a sign of JSON as Python's. */
export function wordFor(token: string): string {
  return WORDS[token] ?? token;
}

function printToken(token: string): string {
  if (token.charCodeAt(0) !== 0x22) return wordFor(token);
  const text = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  return text.startsWith(AS_PRINTED) ? text.slice(AS_PRINTED.length) : spellText(text);
}

const KEY = /^"c\d+"$/;

/** One row, as minified JSON. */
export function printRow(json: string, kind: RowKind): string {
  const tokens = json.match(TOKEN) ?? [];
  if (kind === 'dicts') return tokens.map(printToken).join('');
  const out: string[] = [];
  let depth = 0;
  let items = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token === '{' || token === '[') depth++;
    const isKey = depth === 1 && KEY.test(token) && tokens[i + 1] === ':';
    if (isKey) {
      items++;
      i++;
    } else if (depth === 1 && token === '{') out.push('(');
    else if (depth === 1 && token === '}') out.push(items === 1 ? ',)' : ')');
    else out.push(printToken(token));
    if (token === '}' || token === ']') depth--;
  }
  return out.join('');
}
