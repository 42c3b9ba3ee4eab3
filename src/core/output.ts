/** Where a writer puts what it writes, piece by piece: into a text, or beside one that it should be. */
export interface Output {
  add(piece: string): void;
}

export class Built implements Output {
  text = '';

  add(piece: string): void {
    this.text += piece;
  }
}

/** Builds nothing: says only whether what was written is a text that is known. */
export class Compared implements Output {
  readonly #text: string;
  #at = 0;
  #isSame = true;

  constructor(text: string) {
    this.#text = text;
  }

  get isSame(): boolean {
    return this.#isSame && this.#at === this.#text.length;
  }

  add(piece: string): void {
    this.#isSame &&= this.#text.startsWith(piece, this.#at);
    this.#at += piece.length;
  }
}
