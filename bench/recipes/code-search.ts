/**
 * Code search with 100 hits. `codeSearch()` is the published recipe, byte for byte. With a seed it is jittered: `light`
 * keeps the formulas, with other beginnings, and lets one value in ten deviate; `strong` leaves file, line, author,
 * time, score and size to chance.
 */
import type { Jitter } from './jitter.ts';
import { chance, padded, times } from './random.ts';

const COMPONENTS = ['Button', 'Modal', 'Form', 'Table', 'Card'] as const;
const CONTEXT = {
  before: ["import React from 'react';", "import { useCallback } from 'react';"],
  after: ['  return <div>...</div>;', '}'],
} as const;

export interface Hit {
  readonly file: string;
  readonly line: number;
  readonly [field: string]: unknown;
}

export function codeSearch(seed?: number, jitter: Jitter = 'strong'): readonly Hit[] {
  if (seed === undefined) return times(100, regular);
  return times(100, jitter === 'light' ? deviating(seed) : jittered(seed));
}

function regular(index: number): Hit {
  return hit(COMPONENTS[index % 5]!, index, {
    line: 10 + 3 * index,
    author: index % 10,
    modified: '2024-12-15T10:00:00Z',
    score: 0.95 - index * 0.005,
    size: 1500 + 10 * index,
  });
}

function deviating(seed: number): (index: number) => Hit {
  const { whole, unit } = chance(seed);
  const [line, author, size, file] = [whole(1, 200), whole(0, 9), whole(600, 3000), whole(0, 4)] as const;
  const isOdd = (): boolean => unit() < 0.1;
  return (index) =>
    hit(COMPONENTS[(file + index) % 5]!, index, {
      line: isOdd() ? whole(1, 900) : line + 3 * index,
      author: isOdd() ? whole(0, 9) : (author + index) % 10,
      modified: `2024-12-15T10:00:${isOdd() ? padded(whole(1, 59), 2) : '00'}Z`,
      score: isOdd() ? Number(unit().toFixed(3)) : 0.95 - index * 0.005,
      size: isOdd() ? whole(600, 9000) : size + 10 * index,
    });
}

function jittered(seed: number): (index: number) => Hit {
  const { whole, pick, unit } = chance(seed);
  let score = 0.95;
  return (index) => {
    score -= unit() * 0.01;
    return hit(pick(COMPONENTS), index, {
      line: whole(1, 900),
      author: whole(0, 9),
      modified: `2024-12-${padded(whole(1, 28), 2)}T${padded(whole(0, 23), 2)}:${padded(whole(0, 59), 2)}:00Z`,
      score: Number(score.toFixed(3)),
      size: whole(600, 9000),
    });
  };
}

interface Varying {
  readonly line: number;
  readonly author: number;
  readonly modified: string;
  readonly score: number;
  readonly size: number;
}

function hit(component: string, index: number, { line, author, modified, score, size }: Varying): Hit {
  return {
    file: `src/components/${component}.tsx`,
    line,
    content: `export function ${component}Component${index}(props: Props) {`,
    language: 'typescript',
    repository: 'frontend-app',
    branch: 'main',
    last_modified: modified,
    author: `dev${author}@company.com`,
    match_score: score,
    context: CONTEXT,
    metadata: { size_bytes: size, encoding: 'utf-8', mime_type: 'text/typescript' },
  };
}
