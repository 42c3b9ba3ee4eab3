/** Patterns by the characters with which a line that matches them may begin, so that most lines are asked few of them. */

export interface Opened<T> {
  /** The first characters, blanks not counted, of all lines that match; undefined: any. */
  readonly first: string | undefined;
  readonly value: T;
}

const ASCII = 128;

export class Openings<T> {
  readonly #all: readonly T[];
  readonly #byFirst: readonly (readonly T[])[];

  constructor(opened: readonly Opened<T>[]) {
    this.#all = opened.map(({ value }) => value);
    this.#byFirst = Array.from({ length: ASCII }, (_, code) => {
      const character = String.fromCharCode(code);
      return opened.filter(({ first }) => first?.includes(character) ?? true).map(({ value }) => value);
    });
  }

  /** Those that the line may match, in their order. */
  of(line: string): readonly T[] {
    let at = 0;
    let code = line.charCodeAt(at);
    while (code === 0x20 || code === 0x09) code = line.charCodeAt(++at);
    // Other blanks are left to the patterns.
    return code > 0x20 && code < ASCII ? this.#byFirst[code]! : this.#all;
  }
}
