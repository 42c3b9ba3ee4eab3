/** What counts are held against the provider's with: the same few texts every time, of the kinds that agents read. */

export interface KnownText {
  readonly kind: string;
  readonly text: string;
}

const ROWS = 30;

function lines(line: (index: number) => string): string {
  return Array.from({ length: ROWS }, (_, index) => line(index)).join('\n');
}

function hex(index: number, digits: number): string {
  return ((index * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, '0').repeat(3).slice(0, digits);
}

const WORDS = ['queue', 'session', 'cache', 'index', 'worker', 'token', 'report'];
const word = (index: number): string => WORDS[(index * 5) % WORDS.length]!;

const PROSE = [
  'Most of the time nobody notices the machinery behind an ordinary answer.',
  'A request arrives, somebody reads it, and what was promised is looked up once more before anything is said.',
  'Where two accounts differ, the older one is kept, because others may already have relied on it.',
  'It would have been easier to begin again; instead the team moved one wall at a time and opened every evening.',
];

export const KNOWN_TEXTS: readonly KnownText[] = [
  { kind: 'prose', text: lines((index) => PROSE[index % PROSE.length]!) },
  {
    kind: 'code',
    text: lines(
      (index) =>
        `export function ${word(index)}At${index}(list: readonly ${word(index + 1)}[], at = ${index}): number | undefined {\n` +
        `  return list[at]?.${word(index + 2)} ?? undefined;\n}`,
    ),
  },
  {
    kind: 'JSON',
    text: JSON.stringify(
      Array.from({ length: ROWS }, (_, index) => ({
        id: index,
        name: word(index),
        share: index / 8,
        tags: [word(index + 1), null],
      })),
      undefined,
      2,
    ),
  },
  {
    kind: 'log',
    text: lines(
      (index) =>
        `2026-11-${String((index % 28) + 1).padStart(2, '0')}T08:${10 + index}:07.${100 + index}Z INFO [${word(index)}-${index}] took ${index * 37} ms, status=200`,
    ),
  },
  { kind: 'ids and numbers', text: lines((index) => `${hex(index, 24)} ${index * 7919} ${hex(index + 9, 16)}`) },
  {
    kind: 'listing',
    text: lines(
      (index) => `src/${word(index)}/${word(index + 3)}-${index}.test.ts:${index * 11}:  ${word(index + 1)}(`,
    ),
  },
  { kind: 'Russian', text: lines(() => 'Сегодня вечером мы ещё раз проверим, что именно было отправлено на сервер.') },
  { kind: 'Chinese', text: lines(() => '请求到达之后，系统会先检查缓存，然后再决定是否需要重新计算结果。') },
];
