import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toLines } from './form.ts';

test('line ends are CRLF where all of them are, and stay in the lines where some are not', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '\r', '\n', '\r\n'), maxLength: 12 });
  fc.assert(
    fc.property(text, (given) => {
      const { lines, crlf } = toLines(given);
      expect(lines.join(crlf ? '\r\n' : '\n')).toBe(given);
      expect(crlf).toBe(given.includes('\r\n') && !/[\r\n]/.test(given.replaceAll('\r\n', '')));
    }),
    { numRuns: 2000 },
  );
});
