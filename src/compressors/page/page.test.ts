import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { compressors } from '../index.ts';
import { NAMES_TO_ESCAPE, claim, compress } from './page.fixture.ts';
import { findPages, readForm, writeForm } from './form.ts';
import { writeView } from './view.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/page', import.meta.url)));
const PAGES = FIXTURES.filter(({ name }) => !name.startsWith('look-alike'));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

/** The refs of everything in a text that somebody may want to act on, and of lines that cannot be read. */
function actedRefs(text: string): readonly string[] {
  const found: string[] = [];
  for (const { elements, region } of findPages(text.split(/\r?\n/), NO_DEADLINE))
    for (const element of elements) {
      const { raw, ref } = element;
      if (raw !== undefined)
        found.push(...Array.from(raw.matchAll(/\[ref=(\w+)\]|\buid=(\w+)/g), (match) => match[1] ?? match[2]!));
      else if (ref !== undefined && region.dialect.isActed(element)) found.push(ref);
    }
  return found;
}

const NAMES = ['Oak lamp', 'Steel shelf', 'Linen chair', 'Glass table', 'Clay vase', 'Pine desk'];

/** A shop: entries alike but for one that is sold out. */
function shop(entries: number): string {
  const lines = ['### Page state', '- Page URL: https://shop.example.com/', '```yaml', '- main [ref=e1]:'];
  for (let i = 0; i < entries; i++) {
    const at = 2 + i * 6;
    const isSold = i === entries - 3;
    const name = `${NAMES[(i * 5 + (i >> 2)) % 6]} ${(i * 61) % 97}`;
    lines.push(
      `  - article [ref=e${at}]:`,
      `    - link "${name}" [ref=e${at + 1}] [cursor=pointer]:`,
      `      - /url: /lamps/${i * 37}`,
      `      - img "${name}" [ref=e${at + 2}]`,
      `    - generic [ref=e${at + 3}]: $${(i * 7919) % 400}.${10 + ((i * 31) % 90)}`,
      `    - generic [ref=e${at + 4}]: ${isSold ? 'Sold out' : 'In stock'}`,
      `    - button "Add to cart" [ref=e${at + 5}] [cursor=pointer]`,
    );
  }
  return `${lines.join('\n')}\n\`\`\`\n`;
}

describe('the lossless form', () => {
  test('gives every page back to the byte (R-9)', () => {
    for (const { name, text } of PAGES) {
      const said = compress(text);
      expect(said?.loss, name).toBe('none');
      expect(readForm(said!.text), name).toBe(text);
    }
  });

  test('takes less than half the tokens of a list of entries that are alike', () => {
    const text = shop(40);
    const said = compress(text)!;
    expect(o200k.count(said.text)).toBeLessThan(o200k.count(text) * 0.3);
  });

  test('says the ref of everything that can be acted on exactly as it was', () => {
    for (const { name, text } of PAGES) {
      const refs = actedRefs(text);
      const words = new Set(compress(text)!.text.split(/[^\w-]+/));
      expect(
        refs.filter((ref) => !words.has(ref)),
        name,
      ).toEqual([]);
    }
  });

  test('says name, ref and address of an entry in one line', () => {
    expect(compress(shop(40))!.text).toMatch(/^ A Oak lamp 39\|e45\|259\|233\.47\|\|e49$/m);
  });

  test('never leaves more than eight refs in a row to be counted', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `  - paragraph [ref=e${i + 2}]: ${'word '.repeat(i % 7)}${i}`);
    const text = `- main [ref=e1]:\n${lines.join('\n')}\n`;
    const form = compress(text)!.text;
    let row = 0;
    for (const line of form.split('\n').slice(1)) {
      row = / e\d+/.test(line) ? 0 : row + 1;
      expect(row).toBeLessThanOrEqual(9);
    }
    expect(readForm(form)).toBe(text);
  });

  test('is made of parts of which one has no name where most have the same', () => {
    const part = (i: number): string =>
      `  - listitem [ref=e${10 + i * 3}]:\n    - button "${i === 4 ? '' : 'Buy now'}" [ref=e${11 + i * 3}] [cursor=pointer]\n    - text: lot ${i * i}`;
    const text = `- list [ref=e1]:\n${Array.from({ length: 20 }, (_, i) => part(i)).join('\n')}\n`;
    const form = compress(text)!.text;
    expect(form).toContain('button "{2}" {3}*');
    expect(readForm(form)).toBe(text);
  });

  test('keeps what stands before and after a page', () => {
    const form = compress(fixture('playwright-frames'))!.text;
    expect(form).toMatch(/^### Result\nClicked\.\n/);
    expect(form).toMatch(/\n```\n### Events\n- New console entries: console\.log#L3\n$/);
  });

  test('is not made of a file that is shown', () => {
    const call = { name: 'Read', input: { file_path: '/tmp/page-1.yml' } } as unknown as ToolCall;
    expect(compress(shop(40), 'balanced', call)).toBeUndefined();
  });

  test('is not made of a text that holds a form already', () => {
    const form = compress(shop(40))!.text;
    expect(compress(`${form}\n${shop(10)}`)).toBeUndefined();
  });
});

describe('any page', () => {
  const word = fc.constantFrom(...NAMES_TO_ESCAPE, '{2=z}', "it's", '\ue900', ' ');
  const role = fc.constantFrom('button', 'link', 'generic', 'listitem', 'row', 'cell', 'text', 'heading', 'img');
  const state = fc.constantFrom('', '', '', ' [level=2]', ' [checked]', ' [disabled]');
  const element = fc.record({
    role,
    depth: fc.nat(4),
    name: fc.option(word, { nil: undefined }),
    state,
    value: fc.option(word, { nil: undefined }),
    url: fc.option(fc.constantFrom('/a', '/a/b?c=1', 'https://x.example/a', 'https://x.example/', '"#"', '[x]'), {
      nil: undefined,
      freq: 3,
    }),
    isPointer: fc.boolean(),
    skip: fc.constantFrom(1, 1, 1, 2, 3, 20),
    odd: fc.constantFrom(
      '',
      '',
      '',
      '',
      '',
      '',
      'noise',
      '  - Strange: thing',
      '- button [ref=e900] odd',
      '      - button [ref=e901] (x):',
      '- ref=e1 [unchanged]',
      'A x|y',
      ' A',
    ),
  });
  type Made = typeof element extends fc.Arbitrary<infer T> ? T : never;

  function bulleted(made: readonly Made[], step: number): string {
    let ref = 0;
    let depth = 0;
    const lines: string[] = [];
    for (const [i, one] of made.entries()) {
      depth = Math.min(one.depth, i === 0 ? 0 : depth + 1);
      ref += one.skip;
      const hasChildren = (made[i + 1]?.depth ?? 0) > depth;
      const key = `${one.role}${one.name === undefined ? '' : ` "${one.name}"`}${one.state} [ref=e${ref}]${one.isPointer ? ' [cursor=pointer]' : ''}`;
      const end = hasChildren || one.url !== undefined ? ':' : one.value === undefined ? '' : `: ${one.value}`;
      const indent = ' '.repeat(depth * step);
      lines.push(`${indent}- ${key.includes(': ') ? `'${key.replaceAll("'", "''")}'` : key}${end}`);
      if (one.url !== undefined) lines.push(`${indent}${' '.repeat(step)}- /url: ${one.url}`);
      if (one.odd !== '') lines.push(one.odd);
    }
    return lines.join('\n');
  }

  function uids(made: readonly Made[]): string {
    return made
      .map(({ role: name, depth, name: called, url, odd }, i) => {
        const address = url === undefined ? '' : ` url="${url.replaceAll('"', '')}"`;
        const line = `${'  '.repeat(depth)}uid=3_${i} ${name}${called === undefined ? '' : ` "${called}"`}${i % 5 === 0 ? ' focusable' : ''}${address}${i % 7 === 0 ? ' value="7"' : ''}`;
        return odd === '' ? line : `${line}\n${odd}`;
      })
      .join('\n');
  }

  function check(text: string): void {
    const lines = text.split('\n');
    const pages = findPages(lines, NO_DEADLINE);
    const form = writeForm(lines, false, pages, NO_DEADLINE);
    if (form !== undefined) expect(readForm(form)).toBe(text);
    const view = writeView(lines, pages, 'balanced', NO_DEADLINE);
    const words = new Set(view.split(/[^\w-]+/));
    for (const ref of actedRefs(text)) expect(words).toContain(ref);
  }

  const made = fc.array(element, { minLength: 6, maxLength: 40 });
  /** The same few elements again and again, so that there are shapes. */
  const repeated = fc
    .tuple(fc.array(element, { minLength: 2, maxLength: 5 }), fc.integer({ min: 3, max: 8 }), made)
    .map(([part, times, rest]) => [...Array.from({ length: times }, () => part).flat(), ...rest]);

  test('of the kind of Playwright comes back to the byte, and its view holds all refs (R-9)', () => {
    fc.assert(
      fc.property(fc.oneof(made, repeated), fc.constantFrom(2, 4), (some, step) => check(bulleted(some, step))),
      { numRuns: 400 },
    );
  });

  test('of the kind of DevTools comes back to the byte, and its view holds all refs (R-9)', () => {
    fc.assert(
      fc.property(fc.oneof(made, repeated), (some) => check(uids(some))),
      { numRuns: 400 },
    );
  });

  test('cut anywhere, with CRLF or without, comes back to the byte', () => {
    for (const { text } of PAGES) {
      for (let at = 200; at < text.length; at += 613) {
        for (const cut of [text.slice(0, at), text.slice(0, at).replaceAll(/\r?\n/g, '\r\n')]) {
          const said = compress(cut);
          if (said) expect(readForm(said.text)).toBe(cut);
        }
      }
    }
  });
});

describe('the view', () => {
  const text = shop(60);
  const view = compress(text, 'balanced')!;

  test('holds everything that can be acted on with its ref, and says that entries are left out', () => {
    expect(view.loss).toBe('recoverable');
    const words = new Set(view.text.split(/[^\w-]+/));
    for (const ref of actedRefs(text)) expect(words).toContain(ref);
    expect(view.text).toMatch(/^ \(51 more like these, name and refs: Oak lamp 3 e51 e55; /m);
  });

  test('holds every name that can be acted on, of all pages', () => {
    for (const { name, text: source } of PAGES) {
      const lines = source.split(/\r?\n/);
      const pages = findPages(lines, NO_DEADLINE);
      const said = writeView(lines, pages, 'balanced', NO_DEADLINE);
      for (const { elements, region } of pages)
        for (const element of elements)
          if (element.raw === undefined && element.name !== undefined && region.dialect.isActed(element))
            expect(said, name).toContain(element.name);
    }
  });

  test('shows the entry that is unlike the others', () => {
    expect(view.text).toMatch(/^ \[Pine desk 82\]e345 \$183\.67 Sold out button\[Add to cart\]e349$/m);
  });

  test('keeps landmarks, headings and states', () => {
    const lines = fixture('playwright-frames').split('\n');
    const said = writeView(lines, findPages(lines, NO_DEADLINE), 'balanced', NO_DEADLINE);
    for (const part of ['# Jobs', 'alert', 'Saved: 3 jobs', 'checkbox[Follow](checked disabled)f1e91', 'A b|c'])
      expect(said).toContain(part);
  });
});

test('buttons with nothing but a sign in them stay in the form and in the view', () => {
  const text = fixture('playwright-editor');
  const lines = text.split('\n');
  const form = compress(text)!.text;
  const view = writeView(lines, findPages(lines, NO_DEADLINE), 'balanced', NO_DEADLINE);
  for (const [, name, ref] of text.matchAll(/ button "([^"]+)".* \[ref=(e\d+)\]/g)) {
    expect(form).toContain(name);
    expect(form).toMatch(new RegExp(`\\b${ref}\\b`));
    expect(view.replace('(expanded)', '')).toContain(`button[${name}]${ref}`);
  }
});

describe('the claim', () => {
  test.each(PAGES.map(({ name, text }) => [name, text]))('is made for %s, before all others', (_, text) => {
    const sample = new Sample(text);
    const others = compressors.filter(({ name }) => name !== 'page' && name !== 'mixed');
    expect(claim(text)).toBeGreaterThan(Math.max(...others.map((one) => one.claim(sample))));
  });

  test('is made for a page behind much else', () => {
    expect(claim(`### Result\n${'a line of the console\n'.repeat(200)}${shop(5)}`)).toBeGreaterThan(0.5);
  });

  const repeat = (line: (i: number) => string): string => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');
  test.each([
    ['a Markdown list', repeat((i) => `- link to [page ${i}](./page-${i}.md): the text "of it"`)],
    ['a Markdown list with one ref', `- see [ref=e1]\n${repeat((i) => `- item ${i}: "quoted" words`)}`],
    ['YAML of steps', repeat((i) => `- name: "step ${i}"\n  run: make`)],
    ['YAML of one-word keys', repeat((i) => `- button: "Save ${i}"\n  link: /a`)],
    ['YAML of words in quotes', repeat((i) => `- include "file${i}.conf"`)],
    ['a changelog', repeat((i) => `- fix "crash ${i}" in parser`)],
    ['prose about refs', repeat((i) => `Element ${i} has [ref=e${i}] as its handle.`)],
    ['logs of users', repeat((i) => `uid=${i} login "root" from 10.0.0.${i}`)],
    ['id', 'uid=1000(ann) gid=1000(ann) groups=1000(ann)\n'.repeat(10)],
    ['TypeScript', repeat((i) => `expect(page).toContain('button "Save" [ref=e${i}]');`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBe(0);
    expect(compress(text)).toBeUndefined();
  });
});
