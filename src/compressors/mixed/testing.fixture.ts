/** Kinds and pieces of text for the tests of mixed texts, made up here: siblings are not imported. */
import type { Compressor } from '../../core/compressor.ts';

/** A kind of whole lines that all begin with one word: it says the word once. */
export function wordKind(word: string, name: string): Compressor {
  const head = `(${word} before each)\n`;
  return {
    name,
    claim: ({ head: lines }) => {
      const own = lines.filter((line) => line.startsWith(`${word} `)).length;
      return own / lines.length >= 0.8 ? 0.9 : 0;
    },
    compress(text, { deadline }) {
      deadline.check();
      const lines = text.split('\n');
      if (!lines.every((line) => line.startsWith(`${word} `))) return undefined;
      return { text: head + lines.map((line) => line.slice(word.length + 1)).join('\n'), loss: 'none' };
    },
    expand: (form) =>
      form.startsWith(head)
        ? form
            .slice(head.length)
            .split('\n')
            .map((line) => `${word} ${line}`)
            .join('\n')
        : undefined,
    same: (source, expanded) => source === expanded,
  };
}

/** White space does not count: it gives back other bytes that mean the same. */
export const jsonKind: Compressor = {
  name: 'values',
  claim: ({ text }) => (/^\s*[[{]/.test(text) ? 0.95 : 0),
  compress(text, { deadline }) {
    deadline.check();
    try {
      return { text: `values:${JSON.stringify(JSON.parse(text))}`, loss: 'none' };
    } catch {
      return undefined;
    }
  },
  expand: (form) => (form.startsWith('values:') ? form.slice(7) : undefined),
  same: (source, expanded) => source.replaceAll(/\s/g, '') === expanded.replaceAll(/\s/g, ''),
};

/** A view of long numbered lines: the first, and how many more. */
export const viewKind: Compressor = {
  name: 'first-line',
  claim: ({ text }) => (text.startsWith('long ') ? 0.8 : 0),
  compress: (text, { level }) =>
    level === 'lossless'
      ? undefined
      : { text: `${text.split('\n', 1)[0]!}\n(${text.split('\n').length - 1} more lines)`, loss: 'recoverable' },
  expand: () => undefined,
  same: (source, expanded) => source === expanded,
};
