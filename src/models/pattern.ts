/** Patterns for names of models: `#` is one digit, `*` any run of characters, everything else itself. Small letters only. */

const PATTERN = /^[a-z0-9.,:;_@/+[\]~ #*-]+$/;
/** Each run that may be anything multiplies the ways to try; names are short, so two cost nothing. */
const MOST_RUNS = 2;

export function isPattern(value: string): boolean {
  return PATTERN.test(value) && value.split('*').length - 1 <= MOST_RUNS;
}

export function patternSource(pattern: string): string {
  return pattern
    .replaceAll(/[.+[\]/]/g, String.raw`\$&`)
    .replaceAll('#', String.raw`\d`)
    .replaceAll('*', '.*');
}

/** The greater, the more of a name the pattern says itself; of two that say as much, one without a run says more. */
export function weightOf(pattern: string): number {
  return pattern.replaceAll('*', '').length * 2 + (pattern.includes('*') ? 0 : 1);
}
