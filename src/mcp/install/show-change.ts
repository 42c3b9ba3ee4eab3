/** A change of a text as people read one: its lines gone and new. Lines that do not change may hold keys, and are not shown. */

const MAX_LINE = 300;

/** Lines that begin with `-` and `+`, after one that says where. */
export function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start++;
  let same = 0;
  while (same < Math.min(old.length, now.length) - start && old.at(-1 - same) === now.at(-1 - same)) same++;
  const gone = old.slice(start, old.length - same);
  const come = now.slice(start, now.length - same);
  const isShort = [...gone, ...come].every((line) => line.length <= MAX_LINE);
  const [minus, plus] =
    isShort || gone.length !== 1 || come.length !== 1 ? [gone, come] : withinLine(gone[0]!, come[0]!);
  return [`@@ line ${start + 1} @@`, ...minus.map((line) => `- ${cut(line)}`), ...plus.map((line) => `+ ${cut(line)}`)];
}

/** Of two long lines only what differs. */
function withinLine(before: string, after: string): readonly [string[], string[]] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let same = 0;
  while (same < Math.min(before.length, after.length) - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  const middle = (line: string): string[] => {
    const text = line.slice(start, line.length - same);
    return text === '' ? [] : [`… ${text} …`];
  };
  return [middle(before), middle(after)];
}

function cut(line: string): string {
  return line.length > 2 * MAX_LINE ? `${line.slice(0, 2 * MAX_LINE)} … (${line.length} characters)` : line;
}
