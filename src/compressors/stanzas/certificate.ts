/** Certificates, keys and requests as OpenSSL prints them: without the bytes of numbers, keys and signatures. */
import type { Reduced, Reducer } from './reducer.ts';

const PRINTED = /^(?:Certificate(?: Request)?:\r?\n {4}Data:|(?:RSA )?(?:Private|Public)-Key: \()/m;
const LOOKED_AT_CHARS = 20_000;
const BYTES = /^ *(?:[0-9a-fA-F]{2}:){7,}(?:[0-9a-fA-F]{2})?$/;
/** The last line of a block may be short. */
const MORE_BYTES = /^ *(?:[0-9a-fA-F]{2}:?)+$/;
const MIN_LINES = 3;

function reduce(lines: readonly string[]): Reduced {
  const out: string[] = [];
  let blocks = 0;
  for (let i = 0; i < lines.length; ) {
    let end = i;
    while (end < lines.length && BYTES.test(lines[end]!)) end++;
    if (end > i && end < lines.length && MORE_BYTES.test(lines[end]!)) end++;
    if (end - i >= MIN_LINES) {
      const indent = /^ */.exec(lines[i]!)![0];
      const bytes = lines.slice(i, end).reduce((sum, line) => sum + line.match(/[0-9a-fA-F]{2}/g)!.length, 0);
      out.push(`${indent}[${end - i} lines: ${bytes} bytes]`);
      blocks++;
    } else for (const line of lines.slice(i, end)) out.push(line);
    if (end < lines.length) out.push(lines[end]!);
    i = end + 1;
  }
  return { lines: out, left: `the bytes of ${blocks} numbers, keys or signatures` };
}

function isOf(text: string): boolean {
  const looked = text.length > LOOKED_AT_CHARS ? text.slice(0, LOOKED_AT_CHARS) : text;
  return (looked.includes('-Key: (') || looked.includes('Certificate')) && PRINTED.test(looked);
}

export const certificate: Reducer = { isOf, reduce };
