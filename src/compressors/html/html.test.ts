import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { deadlineIn, NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { htmlCompressor } from './html.ts';
import { readPieces, writePieces } from './pieces.ts';
import { writeView } from './view.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/html', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'balanced', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return htmlCompressor.compress(text, options);
}

function claim(text: string): number {
  return htmlCompressor.claim(new Sample(text));
}

function view(html: string): string {
  return writeView(html, NO_DEADLINE)!;
}

/** The view without its first line. */
function body(html: string): string {
  return view(html).slice(view(html).indexOf('\n') + 1);
}

compressorContract(htmlCompressor, FIXTURES, { test });

describe('the view of a page', () => {
  const page = view(fixture('page.txt'));

  test('has all that its main part says, in order', () => {
    const parts = [
      'Title: Retry policies | Harbour docs',
      'Description: How clients retry calls that failed.',
      'Address: https://docs.example.org/harbour/retry',
      '# Retry policies',
      'A retry policy says when a call is made again. It is set in `harbour.toml`, see [the configuration][',
      '## Backoff',
      '```\n[retry]\nattempts = 5\nbase_ms  = 200   # doubles each time\n```',
      'attempt | wait | sum\n1 | 200 ms | 200 ms\n2 | 400 ms | 600 ms\n3 | 800 ms | 1,400 ms',
      '- Timeouts, [E_TIMEOUT][',
      '- Answers with these codes:\n  1. 502 & 503\n  2. 429, after `Retry-After`',
      '> Calls that are not idempotent are never made twice.',
      'Since 2.4 the default of `attempts` is 3, not 5.',
      ', post]',
      '[hidden field page: retry]',
      '[choice useful: yes (chosen) | no]',
      '[button: Send]',
    ];
    let at = 0;
    for (const part of parts) {
      expect(page.indexOf(part, at), part).toBeGreaterThanOrEqual(at);
      at = page.indexOf(part, at);
    }
  });

  test('says in place what it leaves out, with numbers (R-9)', () => {
    expect(page).toContain('left out: 2 scripts, 1 style sheet');
    expect(page).toContain('[header, 9 links: [image: Harbour], Getting started, Install, Configuration, ');
    expect(page).toMatch(/\[footer, 2 links: Terms, Privacy\]/);
    expect(page).not.toContain('window.analytics');
  });

  test('has the address of each link of its text at the end, once', () => {
    for (const [, text, number] of page.matchAll(/(?<!\w)\[([^\][]+)\]\[(\d+)\]/g)) {
      expect(page, text).toMatch(new RegExp(`^${number} \\S+$`, 'm'));
    }
    expect(page).toContain('E_TIMEOUT');
    expect(page).toContain('https://docs.example.org/harbour/errors#timeout');
  });

  test('is far shorter than a page with much around it', () => {
    const source = fixture('long-page.txt');
    const form = compress(source)!;
    expect(form.loss).toBe('recoverable');
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(source) * 0.5);
    for (let i = 0; i < 30; i++) expect(form.text).toContain(`Version 2.${i}.0`);
    expect(form.text).toMatch(/^Addresses \(… is https:\/\/harbour\.example\.org\/releases\/\):$/m);
  });

  test('keeps what a program said before it, and says when the page stops', () => {
    expect(view(fixture('after-curl.txt'))).toMatch(/^HTTP\/1\.1 200 OK\nContent-Type: text\/html\n\n\[headroom: /);
    expect(view(fixture('long-page-crlf-cut.txt'))).toContain('[The source ends before the end of the page]');
    expect(page).not.toContain('The source ends');
  });
});

describe('parts of pages', () => {
  test.each([
    ['entities', '<p>a &amp; b &lt;c&gt; &#8594; &nbsp; d</p>', 'a & b <c> → d'],
    ['a link without text by its title', '<p><a href="/x" title="Edit"><svg></svg></a></p>', '[Edit][1]'],
    ['links within the page as text', '<p><a href="#top">up</a></p>', 'up'],
    ['a picture by its description', '<p><img src="a.png" alt="A cat"> there</p>', '[image: A cat] there'],
    ['terms', '<dl><dt>key</dt><dd>what it means</dd></dl>', 'key\n  what it means'],
    ['lists in lists', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>', '- a\n  - b\n- c'],
    ['numbered lists from a start', '<ol start="4"><li>d</li><li>e</li></ol>', '4. d\n5. e'],
    [
      'a table for layout',
      '<table><tr><td><h2>A</h2><p>x</p></td><td>y</td></tr><tr><td>1</td><td>2</td></tr></table>',
      '## A\nx',
    ],
    ['breaks', '<p>a<br>b</p>', 'a\nb'],
    ['hidden parts by their size', '<p>x</p><div hidden>some words here</div>', '[hidden, 3 words]'],
    ['code in hidden tabs', '<p>x</p><div hidden role="tabpanel"><pre>yarn add x</pre></div>', '`yarn add x`'],
    [
      'JSON that a script would draw',
      '<p>x</p><script type="application/json" id="state">{"a":1}</script>',
      '[JSON in a script state, 7 characters]',
    ],
    ['details', '<details><summary>More</summary>inside</details>', 'More\ninside'],
  ])('%s', (_, html, said) => {
    expect(body(html)).toContain(said);
  });

  test('code keeps every blank', () => {
    expect(body('<pre>\n  a\n\n    b  c\n</pre>')).toBe('```\n  a\n\n    b  c\n```');
  });

  test('an index whose main part is links keeps them all', () => {
    const links = Array.from({ length: 40 }, (_, i) => `<li><a href="/doc/${i}">Chapter ${i}</a></li>`).join('');
    const said = view(`<html><body><main><div class="toc"><ul>${links}</ul></div></main></body></html>`);
    for (let i = 0; i < 40; i++) expect(said).toContain(`[Chapter ${i}][${i + 1}]`);
  });

  test('a paragraph that stands there again is said once', () => {
    const warning = `<p>${'Do not use this in production. '.repeat(5)}</p>`;
    const said = view(`<body>${warning}<h2>x</h2>${warning}</body>`);
    expect(said.match(/\[again: Do not/g)).toHaveLength(1);
  });
});

describe('the lossless form', () => {
  const sources = ['fragment.txt', 'feed.txt', 'junit-crlf.txt', 'long-page.txt'].map(fixture);

  test('comes back to the byte and keeps texts whole and in order', () => {
    for (const source of sources) {
      const form = compress(source, 'lossless')!;
      expect(form.loss).toBe('none');
      expect(htmlCompressor.expand(form.text)).toBe(source);
      expect(form.text.length).toBeLessThan(source.length * 0.8);
    }
    expect(compress(fixture('feed.txt'), 'lossless')!.text).toContain('Release 17 of the harbour client');
  });

  test('any markup comes back to the byte, signs and damage in it (R-9)', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<li class="a">',
        '</li>\n    <li class="a">',
        '<a href="https://x.org/a/b/',
        '">',
        '</a>',
        'text',
        ' § ',
        '§a',
        '¤',
        '\r\n',
        '<',
        '"',
        "='",
        '=""',
        '\u2028',
        "<p title='a/b/c'>",
        '\\',
        '[headroom: ',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(piece, { maxLength: 30 }), (a, b) => {
        const text = `<html>${(a.join('') + b.join('')).repeat(4)}${a.join('').repeat(9)}`;
        const form = writePieces(text, NO_DEADLINE);
        if (form !== undefined) expect(readPieces(form)).toBe(text);
      }),
    );
  });

  test('a form with something missing is none', () => {
    const form = compress(fixture('feed.txt'), 'lossless')!.text;
    expect(readPieces(form.slice(0, -5))).toBeUndefined();
    expect(readPieces(form.replace('Release 17', 'Release'))).toBeUndefined();
  });

  test('a form that would grow without bounds is none', () => {
    const head =
      '[headroom: markup of 99999999 characters; § and a letter is one of these 1 pieces, the text follows them]';
    expect(readPieces(`${head}\n§a "${'x'.repeat(10_000)}"\n${'§a'.repeat(500_000)}`)).toBeUndefined();
  });
});

describe('what is left alone', () => {
  test('pages whose markup hardly repeats', () => {
    expect(compress(fixture('page.txt'), 'lossless')).toBeUndefined();
  });

  test('a file that a call shows (R-12)', () => {
    const call: ToolCall = { id: '1', name: 'Read', input: { file_path: 'public/index.html' } };
    expect(compress(fixture('long-page.txt'), 'balanced', call)).toBeUndefined();
    const fetched: ToolCall = { id: '1', name: 'WebFetch', input: { url: 'https://docs.example.org/index.html' } };
    expect(compress(fixture('long-page.txt'), 'balanced', fetched)).toBeDefined();
  });

  test.each([
    ['templates', '<html>{{ title }}{% block a %}{% endblock %}{{ x }}</html>'],
    [
      'Markdown with HTML in it',
      `<p align="center"><img src="x"></p>\n${'# Title\n- [a](b)\n'.repeat(9)}${'<a href="x"><b>c</b></a>'.repeat(20)}`,
    ],
    ['code that writes HTML', `const page = '<html><body>';\n${'document.write("<div>");\n'.repeat(20)}`],
    ['a numbered file', '     1→<!DOCTYPE html>\n     2→<html>\n'],
    ['a diff', `+<html>\n${'-<div>\n+<div class="a">\n'.repeat(30)}`],
  ])('%s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

test('a page behind what a tool says of its call is claimed, in the same line too', () => {
  const page = '<!DOCTYPE html>\n<html><body><p>Words</p></body></html>';
  expect(claim(`Command: curl -s docs.test\nDirectory: (root)\nOutput: ${page}\nExit Code: 0`)).toBeGreaterThan(0.9);
  expect(claim(`const page = '${page}';`)).toBeLessThan(0.5);
});

test.each(FIXTURES.map(({ name, text }) => [name, text]))('%s is claimed', (_, text) => {
  expect(claim(text)).toBeGreaterThanOrEqual(0.5);
});

describe('hostile pages', () => {
  test.each([
    ['open elements', '<div>'.repeat(200_000)],
    ['ends without a start', '<p>a</div>'.repeat(100_000)],
    ['brackets', '<'.repeat(1_000_000)],
    ['ampersands', '&'.repeat(1_000_000)],
    ['attributes', `<a ${'a=1 '.repeat(250_000)}`],
    ['comments', '<!--'.repeat(250_000)],
    ['blanks', `<p>a${' '.repeat(1_000_000)}b`],
    ['values that do not end', `${'a="b=\''.repeat(170_000)}`],
    ['deep and wide', `${'<b>'.repeat(400)}x${'</b>'.repeat(400)}`.repeat(350)],
    ['links in links', '<a href=x>y '.repeat(80_000)],
  ])('1 MB of %s ends soon', (_, html) => {
    const limit = 20_000;
    writeView(`<html>${html}`, deadlineIn(limit));
    compress(`<html>${html}`, 'lossless');
  });

  test('never says more than the source, whatever it is', () => {
    const piece = fc.constantFrom(
      '<div>',
      '</div>',
      '<p>',
      '<a href="/x">',
      '</a>',
      '<ul><li>',
      '</ul>',
      '<table><tr><td>',
      '</table>',
      'text ',
      '&amp;',
      '<pre>',
      '</pre>',
      '<!-- ',
      '-->',
      '<script>',
      '</script>',
      '\n',
      '<input name=a value=b>',
      '<nav>',
      '</nav>',
      '<select><option>1',
      '"',
      '<',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 120 }), (pieces) => {
        const text = `<html>${pieces.join('').repeat(20)}`;
        const form = compress(text);
        if (form) expect(form.text.length).toBeLessThan(text.length);
      }),
      { numRuns: 60 },
    );
  });
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_docs_tables_html_sql.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))(
  'real pages take a tenth of their tokens (needs HEADROOM_DATA)',
  () => {
    for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
      const { kind, content } = JSON.parse(row) as { kind: string; content: string };
      expect(claim(content) >= 0.5).toBe(kind === 'html');
      if (kind !== 'html') continue;
      expect(o200k.count(compress(content)!.text)).toBeLessThan(o200k.count(content) * 0.1);
    }
  },
);
