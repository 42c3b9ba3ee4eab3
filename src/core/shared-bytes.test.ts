import { describe, expect, it } from 'vitest';
import { sharedBytes } from './shared-bytes.ts';

describe('bytes that threads share', () => {
  it('are the chunks one after the other, and cross into a thread without a copy', () => {
    const joined = sharedBytes([Buffer.from('ab'), Buffer.from(''), Buffer.from('é')]);
    expect(joined.toString()).toBe('abé');
    const crossed = structuredClone({ joined }).joined;
    expect(crossed.buffer).toBeInstanceOf(SharedArrayBuffer);
    joined[0] = 0x78;
    expect(Buffer.from(crossed).toString()).toBe('xbé');
  });
});
