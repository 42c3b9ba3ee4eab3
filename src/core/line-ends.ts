/** How the lines of a text end. */

/** Whether all of them end with a carriage return and a line feed: then both may be said once. */
export function hasCrlfOnly(text: string): boolean {
  return text.includes('\r\n') && !/[^\r]\n|^\n|\r(?!\n)/.test(text);
}
