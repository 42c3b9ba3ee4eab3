/** Whether a line says nothing. Most lines are told by their first character. */
export function isBlank(line: string): boolean {
  const first = line.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && line.trim() === '';
}
