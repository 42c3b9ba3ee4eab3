/** How surely a text is prose: words in sentences, and little that a machine writes. */
import type { Sample } from '../../core/sample.ts';

const MIN_CHARS = 1_500;
const WINDOW = 1_500;
const LETTERS = /\p{L}/gu;
const ENDS = /[.!?…]["'”’»)\]]*(?=\s|$)|[。！？｡؟۔।]/gu;
const MACHINE = /[{}<>=|\\\t_$#@[\]`~^]|\/\/|::|->|\d{2}:\d{2}:\d{2}/g;
const CODE_LINE =
  /^\s*(?:[-+@]{1,3}\s?[\w@]|\d+[:\t→|]|\S+:\d+:|import |from |def |class |return\b|const |let |var |function |public |private |#include|at )/;

function windowsOf(text: string): readonly string[] {
  if (text.length <= 3 * WINDOW) return [text];
  return [0, (text.length - WINDOW) >> 1, text.length - WINDOW].map((start) => text.slice(start, start + WINDOW));
}

function shareOf(window: string): number {
  const visible = window.replaceAll(/\s+/g, '');
  if (visible.length === 0) return 0;
  const letters = (visible.match(LETTERS)?.length ?? 0) / visible.length;
  const machine = (visible.match(MACHINE)?.length ?? 0) / visible.length;
  const isCjk = /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/.test(window);
  // Sentences end once in 40 to 250 characters.
  const sentences = (window.match(ENDS)?.length ?? 0) / (window.length / (isCjk ? 60 : 180));
  const lines = window.split('\n').filter((line) => line.trim() !== '');
  const odd = lines.filter((line) => CODE_LINE.test(line)).length / Math.max(1, lines.length);
  if (letters < 0.78 || machine > 0.035 || odd > 0.25) return 0;
  return Math.min(1, sentences);
}

export function claim({ text }: Sample): number {
  if (text.length < MIN_CHARS || /^\s*[[{<]/.test(text.slice(0, 64))) return 0;
  const windows = windowsOf(text).map(shareOf);
  const share = windows.reduce((sum, one) => sum + one, 0) / windows.length;
  // Whoever knows a kind of text better goes first.
  return Math.min(0.6, share * 0.9);
}
