/** How surely lines end in JSON that stands behind something: by the lines that a text begins with. */
import type { Sample } from '../../core/sample.ts';

/** Where lines say where they were found (`a.json:12:{…}`) or are numbered, others know them better. */
export const CLAIM = 0.88;
/** JSON lines with other lines between them: the compressor of JSON knows them too. */
const CLAIM_BETWEEN = 0.7;
const MIN_LINES = 6;
const MIN_SHARE = 0.5;
/** A line or two of another kind are what stands before JSON lines, or one that is cut off. */
const MIN_BETWEEN = 3;
const MAX_LEAD = 400;
/** Lines that belong to an event of a stream. */
const OF_EVENT = /^(?:event|id|retry): |^:|^\s*$/;
const DATA = /^data: ?$/;
/** What stands before JSON where it is no log: comments, lists, numbers of lines, places of hits, keys, assignments, calls. */
const OF_PROGRAM =
  /^\s*(?:\/\/|#|\*|[-+]|\d+(?:[\t→|]|:(?!\d))|(?:const|let|var|return|assert\w*|expect|print)\b)|^[^\s:]+\.\w+:\d+:|^\s*["'\w.[\]-]+\s*[=:]\s*$|\(\s*$/;

type Kind = 'alone' | 'behind' | 'other';

function kindOf(line: string): Kind {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (!text.endsWith('}')) return 'other';
  const at = text.indexOf('{"');
  if (at === 0) return 'alone';
  if (at < 0 || at > MAX_LEAD) return 'other';
  const lead = text.slice(0, at);
  return DATA.test(lead) || !OF_PROGRAM.test(lead) ? 'behind' : 'other';
}

export function claimFor({ head, text }: Sample): number {
  if (!text.includes('{"')) return 0;
  // The last line of the head may be cut.
  const lines = (head.length > MIN_LINES ? head.slice(0, -1) : head).filter((line) => !OF_EVENT.test(line));
  if (lines.length < MIN_LINES) return 0;
  const kinds = lines.map(kindOf);
  const alone = kinds.filter((kind) => kind === 'alone').length;
  const behind = kinds.filter((kind) => kind === 'behind').length;
  if (behind >= lines.length * MIN_SHARE) return CLAIM;
  return alone >= lines.length * MIN_SHARE && alone + MIN_BETWEEN <= lines.length ? CLAIM_BETWEEN : 0;
}
