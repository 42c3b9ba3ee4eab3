/** How a log is built, so that what is learned about one holds for the next: its templates, each with all its lines. */
import type { Asked, Place, Structure } from '../../core/importance.ts';
import type { Mined, Template } from './mine.ts';

/** Whoever asks for more lines wants the log, and not what one template says. */
const MOST_LINES = 60;
/** So many templates may be meant by one question. */
const MOST_FOUND = 3;
/** Rarer ones are in every view as they are. */
const MIN_LINES = 3;
const MIN_WORD_CHARS = 3;

export function structureOf(mined: Mined): Structure | undefined {
  const often = mined.templates.filter(({ kinds }) => kinds.reduce((sum, { lines }) => sum + lines, 0) >= MIN_LINES);
  if (often.length === 0) return undefined;
  const templateOf = new Map(often.flatMap((template) => template.kinds.map((kind) => [kind, template])));
  const find = (asked: Asked): readonly Place[] => {
    const counts = new Map<Template, number>();
    for (const { kind } of linesFor(asked, mined)) {
      const template = kind && templateOf.get(kind);
      if (template) counts.set(template, (counts.get(template) ?? 0) + 1);
    }
    return counts.size > MOST_FOUND ? [] : Array.from(counts.keys(), placeOf);
  };
  return { shapes: often.map((template) => placeOf(template).shape), isOpen: true, find };
}

export function placeOf({ shape }: Template): Place {
  return { shape: `log ${shape}`, place: `lines ${shape}` };
}

function linesFor(asked: Asked, { lines }: Mined): Mined['lines'] {
  switch (asked.kind) {
    case 'rows':
    case 'lines':
      return asked.to - asked.from < MOST_LINES ? lines.slice(Math.max(0, asked.from - 1), asked.to) : [];
    case 'query':
    case 'name': {
      const exact = linesWith([asked.text], lines);
      if (exact.length > 0 || asked.kind === 'name') return exact;
      const words = asked.text.split(/[^\p{L}\p{N}_]+/u).filter(({ length }) => length >= MIN_WORD_CHARS);
      return words.length === 0 ? [] : linesWith(words, lines);
    }
    case 'all':
    case 'path':
      return [];
  }
}

function linesWith(words: readonly string[], lines: Mined['lines']): Mined['lines'] {
  const wanted = words.map((word) => word.trim().toLowerCase());
  if (wanted.includes('')) return [];
  return lines.filter(({ text }) => {
    const own = text.toLowerCase();
    return wanted.every((word) => own.includes(word));
  });
}
