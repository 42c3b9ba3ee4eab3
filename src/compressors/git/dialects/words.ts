/** The view of word diffs: every line with a change, file and hunk header in full, the unchanged ones between counted. */
import type { Deadline } from '../../../core/deadline.ts';

const HEAD = '[headroom: view of a word diff; unchanged lines are counted where they stood]';
const CHANGE = /\[-.*-\]|\{\+.*\+\}/;
const HEADER =
  /^(?:diff |index |--- |\+\+\+ |@@ |(?:new|deleted) file mode |old mode |new mode |similarity |rename |copy |Binary files |\\ |commit [0-9a-f]{7}|Author: |Date: )/;
const HUNK = /^@@ -\d/;
const LINES_PER_CHECK = 1024;
const MAX_LINE = 20_000;

export function hasWordChanges(text: string): boolean {
  return /^@@ -\d/m.test(text) && (text.match(/\[-[^\n]{1,500}?-\]|\{\+[^\n]{1,500}?\+\}/g)?.length ?? 0) >= 2;
}

export function writeWordView(text: string, deadline: Deadline): string {
  const out = [HEAD];
  let left = 0;
  let last = '';
  let isInHunk = false;
  const flush = (): void => {
    if (left === 1) out.push(last);
    else if (left > 1) out.push(`[${left} unchanged lines]`);
    left = 0;
  };
  for (const [i, line] of text.split('\n').entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    if (HUNK.test(line)) isInHunk = true;
    else if (line.startsWith('diff ') || line.startsWith('commit ')) isInHunk = false;
    if (!isInHunk || line.length > MAX_LINE || HEADER.test(line) || CHANGE.test(line)) {
      flush();
      out.push(line);
    } else {
      left++;
      last = line;
    }
  }
  flush();
  return out.join('\n');
}
