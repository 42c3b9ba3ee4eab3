/** Reads a text from left to right, piece by piece, by patterns that hold to the place. */

/** Thrown where a text is not what its reader reads; caught where reading began. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export class TextReader {
  readonly text: string;
  /** Up to here it is read. */
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** @param pattern sticky. Undefined, and nothing read, where it does not match here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  /** Whether this stands here; then it is read. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** @throws Unreadable where something else stands here. */
  expect(expected: string): void {
    if (!this.take(expected)) throw new Unreadable();
  }
}
