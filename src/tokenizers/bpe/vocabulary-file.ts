/** A counter over a vocabulary that gpt-tokenizer ships; the file is read at the first count, not on import. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Counter } from './counter.ts';
import type { PieceEnd } from './split.ts';
import { Vocabulary } from './vocabulary.ts';

export function lazyCounter(file: string, pieceEnd: PieceEnd): () => Counter {
  let counter: Counter | undefined;
  return () => {
    if (counter) return counter;
    const path = createRequire(import.meta.url).resolve(`gpt-tokenizer/data/${file}`);
    return (counter = new Counter(new Vocabulary(readFileSync(path)), pieceEnd));
  };
}
