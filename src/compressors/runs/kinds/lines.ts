/** What single lines say by themselves: reports of linters and compilers, summaries, errors, warnings. */
import { CONTEXT, DETAIL, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const SUMMARY =
  /\b\d+ (?:tests?|passed|failed|failures?|errors?|warnings?|skipped|examples?|passing|failing|pending|problems?|doctests?|deselected|issues?|assertions?|suites?|vulnerabilit\w+|packages? in|exceptions)\b|^(?:OK|FAILED|PASS|FAIL|BUILD \w+|SUCCESS|DONE)\b|^Ran \d+ tests?|^\[(?:INFO|ERROR|WARNING)\] (?:BUILD|Tests run:|Total time|Finished at|Results)|^(?:Tests?|Test (?:Suites|Files)|Snapshots|Time|Duration):? |\bexit(?:ed)? (?:code|status)\b|^Exit code/i;
const CUT = /\btruncated\b|\bomitted\b|characters? (?:removed|elided|cut)|\boutput (?:too long|cut)/i;
const ERROR =
  /(?:^|[^A-Za-z_])(?:error|fatal|panic|FAILED|FAILURE|ERR!|Traceback|undefined reference|not found|No such file|cannot|can't|denied)(?![A-Za-z_])|[A-Za-z](?:Error|Exception)\b|^E {2}|[✗✕×✖❌✘]|^npm error/i;
const WARNING = /(?:^|[^A-Za-z_])(?:warn|warning|deprecated|DeprecationWarning)(?![a-z_])|\wWarning\b|⚠/i;
const NO_TROUBLE =
  /\b(?:0|no|without) (?:errors?|failures?|warnings?|problems?)\b|errors?[:=] ?0\b|failures?[:=] ?0\b/i;
const MARKED_LINT = /^\s*(?:\S+\s+)?\[[CRWEFSD]\]|^┃ \[[A-Z]\]/;

export function rankReport(sheet: Sheet, at: number): number {
  const line = sheet.line(at);
  if (line.trim() === '') sheet.rank(at, NOISE);
  else if (CUT.test(line) && line.length < 400) sheet.rank(at, KEY);
  else if (line.length < 400 && SUMMARY.test(line)) sheet.rank(at, KEY);
  else if (NO_TROUBLE.test(line)) sheet.rank(at, LEAD);
  else {
    const head = line.length > 400 ? line.slice(0, 400) : line;
    if (head.includes('[') && MARKED_LINT.test(head)) sheet.rank(at, KEY);
    else if (/: note: |^note: |^\s*note: /.test(head)) sheet.rank(at, CONTEXT);
    else if (WARNING.test(head) && !/\berror\b/i.test(head)) sheet.rank(at, sheet.isNew(head) ? KEY : LEAD);
    else if (ERROR.test(head)) sheet.rank(at, KEY);
    else return at;
  }
  return at + 1;
}

/** Lines that say nothing we know: the first few of a stretch, and what ends the text. */
const MAX_PLAIN = 8;
const MAX_CONTEXT = 30;
const LAST_LINES = 6;

export function rankPlain(sheet: Sheet): void {
  let plain = 0;
  for (let at = 0; at < sheet.lines.length; at++) {
    if (sheet.isRanked(at)) {
      if (sheet.line(at) !== '') plain = 0;
      continue;
    }
    plain++;
    const isEnd = at >= sheet.lines.length - LAST_LINES;
    sheet.rank(
      at,
      isEnd ? LEAD : plain <= 2 ? LEAD : plain <= MAX_PLAIN ? DETAIL : plain <= MAX_CONTEXT ? CONTEXT : NOISE,
    );
  }
}
