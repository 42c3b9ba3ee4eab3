/**
 * The lossless form: a line that says what was done, then the lines. Each step can be undone by itself: characters of two
 * bytes, line ends, marks for control codes, repeated lines or the form of another kind.
 */
import type { Deadline } from '../../core/deadline.ts';
import { foldLines, foldRules, hasFolds, unfoldLines, unfoldRules } from './folds.ts';
import { readMarks, writeMarks } from './marks.ts';
import { TWO_BYTE_STEPS, addNuls, dropNuls } from './two-bytes.ts';

const START = '[headroom: terminal output, all here';
const CRLF = 'lines end in CR LF';
const FOLDED = 'repeated lines once';
const RULES = 'a sign with [×2000] after it stands 2000 times';
const STEPS: readonly string[] = [...TWO_BYTE_STEPS, CRLF, RULES, FOLDED];
const AS = 'below as ';
const MAX_HEAD = 4000;

interface Inner {
  readonly kind: string;
  readonly text: string;
}

/** @param say what another kind makes of the text, if it is shorter and reads back. */
export function writeForm(
  source: string,
  say: (text: string) => Inner | undefined,
  deadline: Deadline,
): string | undefined {
  const oneByte = dropNuls(source);
  const steps = [...(oneByte?.steps ?? [])];
  let text = oneByte?.text ?? source;
  if (hasCrlf(text)) {
    text = text.replaceAll('\r\n', '\n');
    steps.push(CRLF);
  }
  deadline.check();
  const marked = writeMarks(text);
  steps.push(...marked.legend);
  deadline.check();
  const ruled = foldRules(marked.text);
  if (ruled !== undefined) steps.push(RULES);
  text = ruled ?? marked.text;
  // What only the other kind does is its own form.
  const inner = steps.length > 0 ? say(text) : undefined;
  if (inner) return `${START}; ${[...steps, AS + inner.kind].join('; ')}]\n${inner.text}`;
  const { lines, folded } = hasFolds(text) ? { lines: [text], folded: 0 } : foldLines(text.split('\n'), deadline);
  if (folded > 0) steps.push(FOLDED);
  if (steps.length === 0 || (steps.length === 1 && steps[0] === CRLF)) return undefined;
  return `${START}; ${steps.join('; ')}]\n${lines.join('\n')}`;
}

/** Whether each line break is of two characters, so that the first one need not be said. */
function hasCrlf(text: string): boolean {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] !== '\r') return false;
    breaks++;
  }
  return breaks > 0;
}

/** @param readKind the original of a form of another kind. */
export function readForm(
  form: string,
  readKind: (kind: string, form: string) => string | undefined,
): string | undefined {
  const end = form.indexOf(']\n');
  if (end < 0 || end > MAX_HEAD || !form.startsWith(`${START}; `)) return undefined;
  const steps = form.slice(START.length + 2, end).split('; ');
  const kind = steps.find((step) => step.startsWith(AS))?.slice(AS.length);
  const body = form.slice(end + 2);
  const unfolded = steps.includes(FOLDED) ? unfoldLines(body.split('\n'))?.join('\n') : body;
  const said = kind === undefined ? unfolded : readKind(kind, body);
  return said === undefined ? undefined : undo(said, steps);
}

/** What the other steps changed, the last of them first. */
function undo(said: string, steps: readonly string[]): string | undefined {
  const legend = steps.filter((step) => !STEPS.includes(step) && !step.startsWith(AS));
  const ruled = steps.includes(RULES) ? unfoldRules(said) : said;
  const text = ruled === undefined ? undefined : readMarks({ text: ruled, legend });
  if (text === undefined) return undefined;
  const broken = steps.includes(CRLF) ? text.replaceAll('\n', '\r\n') : text;
  return addNuls(broken, steps);
}
