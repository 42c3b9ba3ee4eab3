import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageRuleNames, pageTokens, pdfPages } from './documents.ts';
import { imageSize } from './image-size.ts';
import { imageRuleNames, imageTokens } from './images.ts';
import { toolRuleNames, toolTokens } from './tools.ts';

function base64(...bytes: readonly (number | string)[]): string {
  return Buffer.from(
    bytes.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part])),
  ).toString('base64');
}

const PNG = ['\u0089PNG\r\n\u001a\n', 0, 0, 0, 13, 'IHDR', 0, 0, 3, 32, 0, 0, 0, 242] as const;
const JPEG_HEAD = ['\u00ff\u00d8', '\u00ff\u00e0', 0, 4, 0, 0] as const;
const JPEG_FRAME = ['\u00ff\u00c2', 0, 17, 8, 0, 242, 3, 32, 3, 0, 0, 0, 0, 0] as const;

describe('the size of an image', () => {
  test.each([
    ['png', base64(...PNG)],
    ['gif', base64('GIF89a', 32, 3, 242, 0, 0, 0)],
    ['jpeg', base64(...JPEG_HEAD, ...JPEG_FRAME)],
    [
      'jpeg with a fill byte and a table before its frame',
      base64(...JPEG_HEAD, 0xff, '\u00ff\u00c4', 0, 3, 9, ...JPEG_FRAME),
    ],
    ['webp (lossy)', base64('RIFF', 0, 0, 0, 0, 'WEBPVP8 ', 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 32, 3, 242, 0)],
    ['webp (lossless)', base64('RIFF', 0, 0, 0, 0, 'WEBPVP8L', 0, 0, 0, 0, 0x2f, 0x1f, 0x43, 0x3c, 0)],
    ['webp (extended)', base64('RIFF', 0, 0, 0, 0, 'WEBPVP8X', 10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 3, 0, 241, 0, 0)],
  ])('is read from the head of a %s', (_, head) => {
    expect(imageSize(head)).toEqual({ width: 800, height: 242 });
  });

  test('is unknown for anything else, whatever it is', () => {
    expect(imageSize('')).toBeUndefined();
    expect(imageSize(base64('<svg width="800" height="242"/>'))).toBeUndefined();
    expect(imageSize(base64('GIF89a', 0, 0, 0, 0))).toBeUndefined();
    const heads = [
      '\u0089PNG',
      'GIF8',
      '\u00ff\u00d8\u00ff',
      'RIFF0000WEBPVP8X',
      'RIFF0000WEBPVP8L',
      'RIFF0000WEBPVP8 ',
      '',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 60 }), (head, rest) => {
        const size = imageSize(base64(head, ...rest));
        if (size) expect(size.width > 0 && size.height > 0).toBe(true);
      }),
    );
  });

  const file = join(process.env['HEADROOM_DATA'] ?? '', 'img_questions.jsonl');
  test.skipIf(!process.env['HEADROOM_DATA'] || !existsSync(file))('is right for real images ($HEADROOM_DATA)', () => {
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const { id, width, height, data } = JSON.parse(line) as Record<'id' | 'width' | 'height' | 'data', string>;
      expect([id, imageSize(data)]).toEqual([id, { width, height }]);
    }
  });
});

describe('the tokens of an image', () => {
  test.each([
    // wire-protocols of the vendors: published examples and measured counts.
    ['claude', 1000, 1000, undefined, 1296],
    ['claude', 1920, 1080, undefined, 1560],
    ['claude', 200, 200, undefined, 64],
    ['claude-4-7', 1920, 1080, undefined, 2691],
    ['claude-4-7', 1000, 1000, undefined, 1296],
    ['tiles-4o', 1024, 1024, 'high', 765],
    ['tiles-4o', 2048, 4096, 'high', 1105],
    ['tiles-4o', 4096, 8192, 'low', 85],
    ['tiles-4o', 512, 512, undefined, 255],
    ['tiles-4o-mini', 1024, 1024, 'auto', 25501],
    ['tiles-5', 1024, 1024, undefined, 630],
    ['patches-5.5', 1024, 1024, undefined, 1229],
    ['patches-5.5', 1920, 1080, undefined, 2448],
    ['patches-mini', 1024, 1024, undefined, 1659],
    ['patches-5.2', 1024, 1024, undefined, 1024],
    ['patches-5.2', 1800, 2400, undefined, 1452],
    ['gemini-2', 384, 384, undefined, 258],
    ['gemini-2', 960, 540, undefined, 1548],
    ['gemini-3', 4000, 3000, undefined, 1120],
    ['gemini-3', 4000, 3000, 'MEDIA_RESOLUTION_LOW', 280],
    ['gemini-3', 4000, 3000, 'MEDIA_RESOLUTION_ULTRA_HIGH', 2240],
  ])('%s, %i x %i (%s): %i', (rule, width, height, detail, tokens) => {
    expect(imageTokens(rule, { width, height }, detail)).toBe(tokens);
  });

  test('stay within the budget, and never fall when both sides grow', () => {
    const side = fc.integer({ min: 1, max: 8000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(imageTokens('claude', { width, height })).toBeLessThanOrEqual(1568);
        expect(imageTokens('claude-4-7', { width, height })).toBeLessThanOrEqual(4784);
        expect(imageTokens('patches-mini', { width, height })).toBeLessThanOrEqual(Math.ceil(1536 * 1.62));
        for (const rule of imageRuleNames) {
          const tokens = imageTokens(rule, { width, height })!;
          expect(Number.isInteger(tokens) && tokens > 0).toBe(true);
        }
        const unlimited = imageTokens('patches-5.6', { width, height })!;
        expect(imageTokens('patches-5.6', { width: width + 32, height: height + 32 })).toBeGreaterThan(unlimited);
      }),
    );
  });

  test('are unknown by an unknown rule', () => {
    expect(imageTokens('none', { width: 1, height: 1 })).toBeUndefined();
  });
});

describe('the tokens of a document', () => {
  test('are so many for each page', () => {
    expect(pageTokens('gemini-2', 10)).toBe(2580);
    for (const rule of pageRuleNames) expect(pageTokens(rule, 2)).toBe(pageTokens(rule, 1)! * 2);
    expect(pageTokens('none', 1)).toBeUndefined();
  });

  test('need its pages, which are counted where the file shows them', () => {
    expect(pdfPages(base64('%PDF-1.4 /Type /Pages /Count 3 /Kids [] /Type /Page /Type/Page'))).toBe(3);
    expect(pdfPages(base64('%PDF-1.4 /Type /Page >> /Type/Page'))).toBe(2);
    expect(pdfPages(base64('%PDF-1.7 /Type /ObjStm'))).toBeUndefined();
    expect(pdfPages(base64('GIF89a /Type /Page'))).toBeUndefined();
  });
});

describe('the tokens of tools', () => {
  test('are those of their definitions and what the provider adds once', () => {
    expect(toolTokens('claude-4-5', [100, 50])).toBe(646);
    expect(toolTokens('claude-4-5', [100, 50], true)).toBe(738);
    expect(toolTokens('openai', [100, 100])).toBe(166);
  });

  test('are none without a tool, and unknown by an unknown rule', () => {
    for (const rule of toolRuleNames) expect(toolTokens(rule, [], true)).toBe(0);
    expect(toolTokens('none', [1])).toBeUndefined();
  });
});
