import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { type ReadNode, readForm, writeForm } from './form.ts';
import { readXml } from './read.ts';
import { testReportCompressor, xmlCompressor } from './xml.ts';

const xml = xmlCompressor(jsonCompressor);
const AS_IT_STANDS: ReadNode = (said) => JSON.parse(said) as ReturnType<ReadNode>;
const report = testReportCompressor(jsonCompressor);
const folder = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/compressors/${name}`, import.meta.url));
const FIXTURES = [...readFixtures(folder('xml')), ...readFixtures(folder('test-report'))];

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(by: Compressor, text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return by.compress(text, options);
}

function shareOf(name: string): number {
  const text = fixture(name);
  return o200k.count(compress(xml, text)?.text ?? text) / o200k.count(text);
}

describe('XML without loss', () => {
  test('says feeds, listings and services in less than half of their tokens', () => {
    expect(shareOf('sitemap.txt')).toBeLessThan(0.3);
    expect(shareOf('s3.txt')).toBeLessThan(0.35);
    expect(shareOf('soap.txt')).toBeLessThan(0.4);
    expect(shareOf('pom.txt')).toBeLessThan(0.6);
    expect(shareOf('plist.txt')).toBeLessThan(0.6);
  });

  test('keeps CRLF, blanks before "/>", comments, empty lines and odd attributes', () => {
    for (const name of ['soap.txt', 'odd-spelling.txt', 'mixed-content.txt', 'pom.txt', 'pom-tabs.txt']) {
      const text = fixture(name);
      const read = readXml(text.replaceAll('\r\n', '\n'), NO_DEADLINE)!;
      const form = writeForm(read, text, () => undefined)!;
      expect(readForm(form, AS_IT_STANDS)).toBe(text);
      expect(JSON.parse(JSON.stringify(read.document))).toEqual(read.document);
    }
  });

  test('leaves files that are shown as they are: an edit names their lines (law 7)', () => {
    expect(
      compress(xml, fixture('pom.txt'), 'balanced', {
        name: 'Read',
        input: { file_path: '/srv/app/pom.xml' },
      } as unknown as ToolCall),
    ).toBeUndefined();
  });

  test('leaves XML that is cut off alone', () => {
    expect(compress(xml, fixture('rss-cut.txt'))).toBeUndefined();
  });

  test('claims no pages, templates, components or words in angle brackets', () => {
    const others = [
      '<!DOCTYPE html>\n<html><body><p>text</p></body></html>',
      `<template>\n${'  <Row :a="b">{{ c }}</Row>\n'.repeat(9)}</template>`,
      `<retrieval_status>success</retrieval_status>\n\n<task_id>b1</task_id>\n${'<output>x</output>\n'.repeat(9)}`,
      `<div>\n${'  <p>text</p>\n'.repeat(20)}</div>`,
      `<App>\n${'  <Row onClick={go} />\n'.repeat(20)}</App>`,
    ];
    for (const text of others) expect(xml.claim(new Sample(text))).toBe(0);
  });

  const name = fc.constantFrom('a', 'row', 'ns:item', 'key', 'a-b.c');
  const words = fc.constantFrom(
    '',
    ' ',
    '12',
    '1.50',
    'true',
    'null',
    '&amp;',
    'two words',
    '#',
    '@',
    'a\nb',
    '~',
    '<![CDATA[<x>]]>',
  );
  const attributes = fc.array(
    fc.tuple(
      name,
      words.filter((word) => !word.includes('<')),
    ),
    { maxLength: 3 },
  );
  const { element } = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        name,
        attributes,
        fc.array(
          fc.oneof(
            { maxDepth: 4 },
            words,
            tie('element'),
            fc.constantFrom('<!-- c -->', '\n', '\n  ', '\n    ', '\n\n  '),
          ),
        ),
        fc.constantFrom('/>', ' />', ''),
      )
      .map(([tag, entries, children, close]) => {
        const said = entries.map(([key, value]) => ` ${key}="${value}"`).join('');
        return close === '' || children.length > 0
          ? `<${tag}${said}>${children.join('')}</${tag}>`
          : `<${tag}${said}${close}`;
      }),
  }));

  test('reads back whatever it writes of any elements, to the byte (R-9)', () => {
    fc.assert(
      fc.property(
        element,
        fc.constantFrom('', '<?xml version="1.0"?>\n'),
        fc.constantFrom('', '\n', '\n\n'),
        (body, start, end) => {
          const text = start + body + end;
          const read = readXml(text, NO_DEADLINE);
          const form = read && writeForm(read, text, () => undefined);
          if (form !== undefined && !text.includes('\r')) expect(readForm(form, AS_IT_STANDS)).toBe(text);
        },
      ),
      { numRuns: 600 },
    );
  });

  test('reads back rows of elements through tables', () => {
    const row = fc.tuple(
      fc.nat(999),
      words.filter((word) => !word.includes('\n')),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 30 }), (rows) => {
        const items = rows.map(
          ([id, text, isOpen]) => `  <row id="${id}">\n    <t>${text}</t>\n${isOpen ? '    <open/>\n' : ''}  </row>\n`,
        );
        const source = `<rows>\n${items.join('')}</rows>\n`;
        const said = compress(xml, source);
        if (said) expect(xml.expand(said.text)).toBe(source);
      }),
      { numRuns: 100 },
    );
  });
});

describe('reports of test runs', () => {
  const failing = (text: string): readonly string[] =>
    text.match(/<testcase [^>]*[^/]>\s*<failure[\s\S]*?<\/testcase>/g) ?? [];

  test('keep every failing test verbatim in the view, and count the others (R-11)', () => {
    for (const name of ['surefire.txt', 'surefire-crlf.txt', 'one-line.txt']) {
      const text = fixture(name);
      const view = compress(report, text, 'aggressive');
      expect(view?.loss).toBe('recoverable');
      expect(failing(text).length).toBeGreaterThan(0);
      for (const test of failing(text)) expect(view!.text).toContain(test);
      expect(view!.text).toMatch(/left out: \d+ tests without failure, error or skip/);
    }
    expect(compress(report, fixture('surefire.txt'), 'aggressive')!.text).toContain(
      '19 tests without failure, error or skip',
    );
  });

  test('keep skipped tests, and what was printed of trouble', () => {
    const passed = Array.from(
      { length: 80 },
      (_, i) =>
        `<testcase name="p ${(i * 7919) % 997} of ${(i * 104_729) % 613}" classname="c" time="0.${(i * 31) % 89}"/>\n`,
    ).join('');
    const text = `<testsuite name="s" tests="82">\n${passed}<testcase name="k" classname="c"><skipped message="no network"/></testcase>\n<testcase name="x" classname="c" status="failed"/>\n<system-err>${'all well\n'.repeat(30)}ERROR disk full\n\tat a.b(C.java:1)\n</system-err>\n</testsuite>`;
    const view = compress(report, text, 'balanced')!.text;
    expect(view).toContain('<skipped message="no network"/>');
    expect(view).toContain('<testcase name="x" classname="c" status="failed"/>');
    expect(view).toContain('ERROR disk full\n\tat a.b(C.java:1)');
    expect(view).toContain('80 tests without failure, error or skip: c 80');
    expect(view).toContain('30 of 32 lines left out');
  });

  test('take views for results that failed, and win over other XML', () => {
    expect(report.keepsFailures).toBe(true);
    const sample = new Sample(fixture('surefire.txt'));
    expect(report.claim(sample)).toBeGreaterThan(xml.claim(sample));
  });
});
