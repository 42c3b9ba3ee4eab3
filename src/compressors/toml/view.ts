/** The view of a lock file: every package with its version and what it needs; checksums, sizes and addresses of files counted. */
import type { Node, Table } from './values.ts';

const LEFT_OUT = /^\/?(?:checksum|hash|hashes|integrity|sha256|md5|size|upload-time|resolution-markers|content-hash)$/;
const FILES = /^\/?(?:files|wheels|sdist)$/;

class Counts {
  checksums = 0;
  files = 0;
}

/** The document without what is counted; undefined when there is nothing of the kind. */
export function withoutChecksums(document: Table): { readonly document: Table; readonly said: string } | undefined {
  const counts = new Counts();
  const left = strip(document, counts) as Table;
  if (counts.checksums + counts.files === 0) return undefined;
  return {
    document: left,
    said: `${counts.checksums} checksums and sizes, ${counts.files} files of packages left out`,
  };
}

function strip(node: Node, counts: Counts): Node {
  if (typeof node !== 'object') return node;
  if (Array.isArray(node)) return (node as readonly Node[]).map((one) => strip(one, counts));
  const entries: Record<string, Node> = {};
  for (const [key, value] of Object.entries(node as Table)) {
    if (LEFT_OUT.test(key)) counts.checksums++;
    else if (FILES.test(key)) counts.files += Array.isArray(value) ? (value as readonly Node[]).length : 1;
    else entries[key] = strip(value, counts);
  }
  return entries;
}
