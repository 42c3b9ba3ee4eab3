import { expect, test } from 'vitest';
import { ERRORS, type ErrorCode, HeadroomError } from './errors.ts';

test('an error carries its message, its cause, and the status and exit code of its code', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new HeadroomError('UPSTREAM_UNREACHABLE', 'nobody answers at https://example.org', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe('HeadroomError: nobody answers at https://example.org');
  expect([error.code, error.status, error.exitCode, error.cause]).toEqual(['UPSTREAM_UNREACHABLE', 502, 1, cause]);
});

test('every code has an HTTP status for an error and an exit code that is not success', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const { status, exitCode } = new HeadroomError(code, 'x');
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(exitCode).toBeGreaterThan(0);
  }
});
