/** Whether such a share of the lines passes, 0 to 1; asks no more of them than it takes to know. */
export function isAtLeast(lines: readonly string[], share: number, test: (line: string) => boolean): boolean {
  let passed = 0;
  for (let at = 0; at < lines.length; at++) {
    if (test(lines[at]!)) passed++;
    if ((passed + lines.length - at - 1) / lines.length < share) return false;
    if (passed / lines.length >= share) return true;
  }
  return false;
}
