/** Every error that Headroom itself reports, with the HTTP status it has at the proxy's door. docs/errors.md lists the same. */
export const ERRORS = {
  BAD_OPTION: { status: 500, exitCode: 2 },
  BAD_REQUEST: { status: 400, exitCode: 1 },
  BODY_TOO_LARGE: { status: 413, exitCode: 1 },
  FORBIDDEN: { status: 403, exitCode: 1 },
  NOT_FOUND: { status: 404, exitCode: 1 },
  NOT_WRITTEN: { status: 500, exitCode: 1 },
  DOES_NOT_FIT: { status: 400, exitCode: 1 },
  OVER_BUDGET: { status: 429, exitCode: 1 },
  PORT_IN_USE: { status: 500, exitCode: 1 },
  RATE_LIMITED: { status: 429, exitCode: 1 },
  UNREADABLE_FILE: { status: 500, exitCode: 1 },
  UNAUTHORIZED: { status: 401, exitCode: 1 },
  UPSTREAM_TIMEOUT: { status: 504, exitCode: 1 },
  UPSTREAM_UNREACHABLE: { status: 502, exitCode: 1 },
} as const;

/** What went wrong, one word for each kind: docs/errors.md lists them with what to do. */
export type ErrorCode = keyof typeof ERRORS;

export interface HeadroomErrorOptions extends ErrorOptions {
  /** After so long the same request may be answered. */
  readonly retryAfterSeconds?: number;
}

/** The message says what happened, with which input, and what to do; it never holds a credential. */
export class HeadroomError extends Error {
  override readonly name = 'HeadroomError';
  /** docs/errors.md has them all. */
  readonly code: ErrorCode;
  /** After so long the same request may be answered. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options?: HeadroomErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  /** Of HTTP, at the proxy's door. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** Of the command line. */
  get exitCode(): number {
    return ERRORS[this.code].exitCode;
  }
}
