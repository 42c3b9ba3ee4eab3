/** Texts that broke compressors somewhere: each must come through unharmed, shortened or left alone. */

interface HostileText {
  readonly name: string;
  readonly text: string;
}

const MEGABYTE = 1 << 20;
const DEPTH = 10_000;

/** The same bytes in every run. */
function randomBytes(count: number): string {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(state >>> 24);
  }).join('');
}

function rows(row: (index: number) => string): string {
  return `[${Array.from({ length: 60 }, (_, i) => row(i)).join(',')}]`;
}

const oneCharacter = ['a', ' ', '\n', '[', '"', '1', '\0', '\t', '\r', '\\'].map((character) => ({
  name: `1 MB of ${JSON.stringify(character)}`,
  text: character.repeat(MEGABYTE),
}));

export const HOSTILE_TEXTS: readonly HostileText[] = [
  { name: 'an empty text', text: '' },
  { name: 'one line break', text: '\n' },
  { name: 'one carriage return', text: '\r' },
  { name: 'a byte order mark', text: '\ufeff' },
  { name: 'NUL bytes between words', text: 'a\0b\0\n'.repeat(200) },
  { name: 'lone surrogates', text: '\ud800 \udc00 x\ud83d\n'.repeat(200) },
  { name: 'lone surrogates in JSON', text: rows((i) => `{"id":${i},"name":"\ud800\\ud800"}`) },
  { name: '10,000 open brackets', text: '['.repeat(DEPTH) },
  { name: '10,000 open braces', text: '{"a":'.repeat(DEPTH) },
  { name: 'deep arrays', text: '['.repeat(DEPTH) + ']'.repeat(DEPTH) },
  { name: 'deep objects', text: `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}` },
  { name: 'random bytes', text: randomBytes(100_000) },
  { name: 'random bytes in lines', text: randomBytes(20_000).replaceAll(/[^ -~]/g, '\n') },
  { name: 'JSON with repeated keys', text: rows((i) => `{"id":${i},"id":${i + 1},"kind":"row"}`) },
  { name: 'JSON with __proto__ keys', text: rows((i) => `{"__proto__":{"id":${i}},"constructor":null}`) },
  { name: 'JSON with odd numbers', text: rows((i) => `{"a":${i}.0,"b":-0,"c":1e400,"d":1234567890123456789${i}}`) },
  { name: 'JSON that stops in the middle', text: rows((i) => `{"id":${i},"name":"row ${i}"}`).slice(0, -20) },
  { name: 'JSON followed by words', text: `${rows((i) => `{"id":${i},"name":"row ${i}"}`)}\nDone, ${DEPTH} rows.` },
  { name: 'one line of 1 MB', text: 'lorem ipsum 4711 '.repeat(MEGABYTE / 17) },
  { name: 'numbers that fall', text: Array.from({ length: 100 }, (_, i) => `${100 - i}\tline`).join('\n') },
  { name: 'numbers of 400 digits', text: Array.from({ length: 40 }, (_, i) => `${'9'.repeat(400)}${i}\tx`).join('\n') },
  { name: 'line breaks of all kinds', text: 'a\r\nb\rc\nd\u2028e\u0085f\v\f\n\r'.repeat(100) },
  { name: 'right-to-left and combining marks', text: '\u202e\u05d0\u0301\u0301\u0301 \u200d\u{1f469}\n'.repeat(200) },
  ...oneCharacter,
];
