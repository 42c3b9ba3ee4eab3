import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { NAMES_TO_ESCAPE, claim, compress } from './page.fixture.ts';
import { findPages, readForm, writeForm } from './form.ts';
import { writeView } from './view.ts';

const ACTED = ['link', 'button', 'textbox', 'checkbox'];
const word = fc.constantFrom(...NAMES_TO_ESCAPE, '!', '==', 'Note this: x');
const element = fc.record({
  role: fc.constantFrom('link', 'button', 'listitem', 'row', 'StaticText', 'heading', 'textbox', 'image', 'generic'),
  depth: fc.nat(4),
  name: word,
  quote: fc.boolean(),
  state: fc.constantFrom(0, 0, 0, 1, 2, 3),
  skip: fc.constantFrom(1, 1, 2, 9, 40),
  odd: fc.constantFrom(
    '',
    '',
    '',
    '',
    '',
    '',
    'noise',
    "\tnoise 'of",
    '[7] ',
    "[a12] button 'x', clickable",
    '[900]<a />',
    'A 1|2',
  ),
});
type Made = typeof element extends fc.Arbitrary<infer T> ? T : never;
const made = fc.array(element, { minLength: 6, maxLength: 40 });
/** The same few elements again and again, so that there are shapes. */
const repeated = fc
  .tuple(fc.array(element, { minLength: 2, maxLength: 5 }), fc.integer({ min: 3, max: 8 }), made)
  .map(([part, times, rest]) => [...Array.from({ length: times }, () => part).flat(), ...rest]);

/** How a tool prints one element with its ref. */
type Print = (one: Made, ref: number) => string;

function printed(all: readonly Made[], indent: string, print: Print): { text: string; acted: readonly number[] } {
  const lines: string[] = [];
  const acted: number[] = [];
  let ref = 0;
  let depth = 0;
  for (const one of all) {
    depth = Math.min(one.depth, lines.length === 0 ? 0 : depth + 1);
    ref += one.skip;
    if (ACTED.includes(one.role)) acted.push(ref);
    lines.push(indent.repeat(depth) + print(one, ref));
    if (one.odd !== '') lines.push(one.odd);
  }
  return { text: lines.join('\n'), acted };
}

const python = (name: string, isDouble: boolean): string => (isDouble ? `"it's ${name}"` : `'${name}'`);
const STATES = ['', ', clickable, visible', ', visible', ", hasPopup='menu', expanded=False"];
const PROPERTIES = ['', ' focused: True', ' hasPopup: menu expanded: False', ' required: False'];
const ATTRIBUTES = ['', ' type="button"', ' type="text" placeholder="a [b]"', ' href="/a/b?c=1"'];
const TAG_ATTRIBUTES = ['', ' type=submit', " aria-label='a > b' role=button", ' href=/a title=x y'];

const printers: readonly (readonly [string, string, Print])[] = [
  [
    'trees of BrowserGym',
    '\t',
    ({ role, name, quote, state }, ref) =>
      role === 'StaticText'
        ? `StaticText ${python(name, quote)}`
        : `[a${ref}] ${role} ${python(name, quote)}${STATES[state]!}`,
  ],
  [
    'trees with handles at the end',
    '\t',
    ({ role, name, quote, state }, ref) =>
      role === 'StaticText'
        ? `StaticText ${python(name, quote)}`
        : `${role} ${python(name, quote)}${STATES[state]!}, browsergym_id='${ref}'`,
  ],
  [
    'trees of WebArena',
    '\t',
    ({ role, name, quote, state }, ref) => `[${ref}] ${role} ${python(name, quote)}${PROPERTIES[state]!}`,
  ],
  [
    'trees of WebArena, indented by 8',
    '        ',
    ({ role, name, state }, ref) => `[${ref}] ${role} '${name}'${PROPERTIES[state]!}`,
  ],
  [
    'tags with text below',
    '\t',
    ({ role, name, state, quote }, ref) =>
      role === 'StaticText'
        ? name
        : `${quote ? '*' : ''}[${ref}]<${ACTED.includes(role) ? 'a' : 'button'}${TAG_ATTRIBUTES[state]!} />`,
  ],
  [
    'tags with text in them',
    '\t',
    ({ name, state, quote }, ref) =>
      `${quote ? '*' : ''}[${ref}]<button${TAG_ATTRIBUTES[state] || ' '}${name === '' ? '' : `>${name}`} />`,
  ],
  [
    'tags that are closed',
    '\t',
    ({ role, name, state }, ref) =>
      role === 'textbox'
        ? `[${ref}]<input id=i${ref}/>`
        : `[${ref}]<a${TAG_ATTRIBUTES[state]!}>${role === 'image' ? '' : `${name}</a>`}`,
  ],
  [
    'roles with refs behind them',
    ' ',
    ({ role, name, state }, ref) => `${role}${name === '' ? '' : ` "${name}"`} [ref_${ref}]${ATTRIBUTES[state]!}`,
  ],
  ['outlines with quotes', '  ', ({ role, name }, ref) => `[${ref}] ${role}${name === '' ? '' : `: "${name}"`}`],
  ['outlines without quotes', '  ', ({ role, name }, ref) => `[0-${ref}] ${role}${name === '' ? '' : `: ${name}`}`],
];

describe.each(printers)('%s', (_, indent, print) => {
  test('come back to the byte, and the view says every ref that can be acted on (R-9)', () => {
    fc.assert(
      fc.property(fc.oneof(made, repeated), (all) => {
        const { text, acted } = printed(all, indent, print);
        const lines = text.split('\n');
        const pages = findPages(lines, NO_DEADLINE);
        const form = writeForm(lines, false, pages, NO_DEADLINE);
        if (form !== undefined) expect(readForm(form)).toBe(text);
        const view = writeView(lines, pages, 'balanced', NO_DEADLINE);
        for (const ref of acted) {
          if (!new RegExp(`(?<!\\d)${ref}(?!\\d)`).test(text)) continue;
          expect(view).toMatch(new RegExp(`(?<!\\d)${ref}(?!\\d)`));
          if (form !== undefined) expect(form).toMatch(new RegExp(`(?<!\\d)${ref}(?!\\d)`));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an accessibility tree', () => {
  const entry = (i: number): string =>
    `\t\t[${30 + i * 7}] listitem '', visible\n\t\t\t[${31 + i * 7}] link 'Lamp ${i * 3}', clickable, visible\n\t\t\t\tStaticText 'Lamp ${i * 3}'\n\t\t\tStaticText '${i === 20 ? 'Recalled' : 'In stock'}'`;
  const text = `RootWebArea 'Lamps', focused\n\t[5] list '', visible\n${Array.from({ length: 40 }, (_, i) => entry(i)).join('\n')}\n`;

  test('says states that come often by a sign, and a text that repeats the name before by =', () => {
    const form = compress(text)!.text;
    expect(form).toContain('! is , clickable, visible');
    expect(o200k.count(form)).toBeLessThan(o200k.count(text) * 0.35);
    expect(readForm(form)).toBe(text);
    const unlike = [
      'link',
      'button',
      'tab',
      'textbox',
      'menuitem',
      'option',
      'radio',
      'switch',
      'slider',
      'heading',
      'row',
      'cell',
    ].map(
      (role, i) =>
        `${'\t'.repeat(i)}[${i * 11}] ${role} 'Lamp with a long name ${i}', clickable, visible\n\t\t\tStaticText 'Lamp with a long name ${i}'`,
    );
    expect(compress(unlike.join('\n'))!.text).toMatch(/^ {2}tab 'Lamp with a long name 2' 22!\n {3}=$/m);
  });

  test('says in its view what is unlike the other entries', () => {
    const lines = text.split('\n');
    const view = writeView(lines, findPages(lines, NO_DEADLINE), 'balanced', NO_DEADLINE);
    expect(view).toContain('[Lamp 60]171 Recalled');
    expect(view).toMatch(/\(31 more like these, name and refs: Lamp 24 87; /);
  });

  test('has what a model may click literally, whatever its role', () => {
    const odd = text.replace("[51] listitem '', visible", "[51] listitem '', clickable, visible");
    expect(compress(odd)!.text).toMatch(/\b51!/);
  });
});

describe('the claim', () => {
  const repeat = (line: (i: number) => string): string => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');
  test.each([
    ['a log with numbers in brackets', repeat((i) => `[${1000 + i}] WARNING: cannot read 'a${i}'`)],
    ['a log of process ids', repeat((i) => `[${1000 + (i % 3)}] error: line ${i}`)],
    ['footnotes', repeat((i) => `[${i}] link: https://example.com/${i}`).replaceAll('link', 'see')],
    ['Python sessions', repeat((i) => `In [${i}] print 'a'`)],
    ['source with casts', repeat((i) => `\tvalues[${i}]<int>(x);`)],
    ['generics', repeat((i) => `[${i}]<T>`)],
    ['lists of words in quotes', repeat((i) => `name '${i}', age`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBe(0);
    expect(compress(text)).toBeUndefined();
  });
});
