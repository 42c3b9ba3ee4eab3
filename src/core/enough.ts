/** Whether enough lines pass a test; asks no more of them than it takes to know. */
type Test = (line: string) => boolean;

/** @param share of the lines, 0 to 1. */
export function isAtLeast(lines: readonly string[], share: number, test: Test): boolean {
  return reaches(lines, test, (passed) => passed / lines.length >= share);
}

export function areAtLeast(lines: readonly string[], count: number, test: Test): boolean {
  return reaches(lines, test, (passed) => passed >= count);
}

function reaches(lines: readonly string[], test: Test, isEnough: (passed: number) => boolean): boolean {
  let passed = 0;
  for (let at = 0; at < lines.length; at++) {
    if (test(lines[at]!)) passed++;
    if (!isEnough(passed + lines.length - at - 1)) return false;
    if (isEnough(passed)) return true;
  }
  return isEnough(passed);
}
