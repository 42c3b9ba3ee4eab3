/** Failures of Java runs, and their traces. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const MAX_MESSAGE = 3;
const MAX_BELOW = 20;

const JAVA_FAIL = /<<< (?:FAILURE|ERROR)!|^\S.* > .* FAILED$/;
const JAVA_FRAME = /^\s+(?:at [\w.$]+(?:\/[\w.$@]+)*\.?[\w.$<>]*\(|\.\.\. \d+ more)/;
const MAVEN_HELP =
  /^\[ERROR\] (?:\[Help \d+\]|-> \[Help|To see the full|Re-run Maven|For more information|See .*surefire-reports|See dump files|Please refer to)/;

/** What Maven says of how to find out more. */
export function rankMavenHelp(sheet: Sheet, at: number): number {
  if (!MAVEN_HELP.test(sheet.line(at))) return at;
  sheet.rank(at, CONTEXT);
  return at + 1;
}

export function rankJavaFailure(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  if (!((line.includes('<<< ') || line.endsWith(' FAILED')) && JAVA_FAIL.test(line))) return start;
  sheet.rank(start, KEY);
  let at = start + 1;
  for (let said = 0; said < MAX_BELOW && sheet.line(at).trim() !== ''; at++) {
    if (JAVA_FRAME.test(sheet.line(at)) || /^\[|^Caused by:/.test(sheet.line(at))) break;
    sheet.rank(at, said++ === 0 ? KEY : said < MAX_MESSAGE ? DETAIL : CONTEXT);
  }
  return at;
}

export function rankJavaTrace(sheet: Sheet, start: number): number {
  if (/^\s*Caused by: /.test(sheet.line(start))) {
    sheet.rank(start, KEY);
    return start + 1;
  }
  let at = start;
  for (let own = 0; JAVA_FRAME.test(sheet.line(at)); at++) {
    sheet.rank(
      at,
      isForeign(sheet.line(at)) || /\.\.\. \d+ more/.test(sheet.line(at)) ? NOISE : own++ === 0 ? KEY : FRAME,
    );
  }
  return at;
}
