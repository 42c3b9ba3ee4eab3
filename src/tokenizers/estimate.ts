/** A guess from the number of characters alone, for models of which nothing is known; most are within a factor of 1.5. */
import type { Tokenizer } from '../core/tokenizer.ts';

/** Between prose (4.6) and logs (2.6). */
const ASCII_PER_TOKEN = 3.5;
/** Between Chinese (about 1) and Cyrillic or Arabic (about 3). */
const WIDE_PER_TOKEN = 1.5;

export const estimate: Tokenizer = {
  name: 'estimate',
  exact: false,
  error: 0.5,
  count(text: string): number {
    let wide = 0;
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) wide++;
    return Math.ceil((text.length - wide) / ASCII_PER_TOKEN + wide / WIDE_PER_TOKEN);
  },
};
