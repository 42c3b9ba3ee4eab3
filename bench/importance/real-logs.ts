/**
 * Recorded logs with an invented question: of each program's log one template is always asked for, by the words that its
 * lines share. Its first recording is what earlier sessions read, the second one what later sessions do.
 */
import { toolOutputs } from '../real-results.ts';
import type { Result } from './streams.ts';

export interface RealLog {
  readonly name: string;
  readonly earlier: readonly Result[];
  readonly later: readonly Result[];
}

const PIECES = 3;
/** In each piece so many lines at least, and in all of a recording so many at most. */
const LEAST_LINES = 3;
const MOST_LINES = 60;
const MIN_WORDS = 12;

export function* realLogs(folder: string): Generator<RealLog> {
  const logs = [...toolOutputs(folder)]
    .filter(({ set }) => set === 'to_loghub_logs')
    .map(({ text }) => text.split('\n'));
  for (let at = 0; at + 1 < logs.length; at += 2) {
    const [earlier, later] = [piecesOf(logs[at]!), piecesOf(logs[at + 1]!)];
    const words = wordsAskedFor([...earlier, ...later]);
    if (words === undefined) continue;
    yield {
      name: words,
      earlier: earlier.map((lines) => resultOf(lines, words)),
      later: later.map((lines) => resultOf(lines, words)),
    };
  }
}

function piecesOf(lines: readonly string[]): readonly (readonly string[])[] {
  const size = Math.floor(lines.length / PIECES);
  return Array.from({ length: PIECES }, (_, piece) => lines.slice(piece * size, (piece + 1) * size));
}

/** What lines without their numbers share, in every piece; of several the rarest, as one that is looked for. */
function wordsAskedFor(pieces: readonly (readonly string[])[]): string | undefined {
  const counts = pieces.map((lines) => Map.groupBy(lines, longestWords));
  const [first, ...others] = counts;
  const candidates = [...first!.keys()].filter((words) => {
    const each = [first!, ...others].map((one) => one.get(words)?.length ?? 0);
    return words.length >= MIN_WORDS && each.every((count) => count >= LEAST_LINES && count <= MOST_LINES);
  });
  return candidates.toSorted((a, b) => first!.get(a)!.length - first!.get(b)!.length)[0];
}

function longestWords(line: string): string {
  const runs = line.replace(/^.{0,40}?\d\d:\d\d:\d\d\S*/, '').match(/[A-Za-z][A-Za-z ]+[A-Za-z]/g) ?? [];
  return runs.toSorted((a, b) => b.length - a.length)[0] ?? '';
}

/** Asked for is what the lines in the middle say where they differ. */
function resultOf(lines: readonly string[], words: string): Result {
  const own = lines.filter((line) => longestWords(line) === words);
  const middle = own[own.length >> 1]!;
  const [before, after = ''] = middle.split(words);
  const values = `${before} ${after}`.match(/[^\s:,;()[\]"'=]*\d[^\s:,;()[\]"'=]*/g) ?? [middle];
  const text = values.toSorted((a, b) => countOf(lines, a) - countOf(lines, b) || b.length - a.length)[0]!;
  return { tool: 'Bash', text: lines.join('\n'), need: { text, ask: { query: words } }, pieces: lines };
}

function countOf(lines: readonly string[], value: string): number {
  return lines.filter((line) => line.includes(value)).length;
}
