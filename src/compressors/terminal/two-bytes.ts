/** UTF-16 that was read as if each byte were a character: beside each character stands a NUL, and what marked its order stays before it. */

/** Where the NULs stand, by what a form says of it. */
const ORDERS = [
  { said: 'a NUL after each character is left out', first: 1 },
  { said: 'a NUL before each character is left out', first: 0 },
] as const;
/** What the mark of the order reads as. */
const MARKS = [
  { said: 'so is the U+FEFF at the beginning', mark: '\uFEFF' },
  { said: 'so are the two U+FFFD at the beginning', mark: '\uFFFD\uFFFD' },
] as const;

/** What a form may say of it. */
export const TWO_BYTE_STEPS: readonly string[] = [...ORDERS, ...MARKS].map(({ said }) => said);

function lengthOfMark(text: string): number {
  return MARKS.find(({ mark }) => text.startsWith(mark))?.mark.length ?? 0;
}

/** Whether a text begins so. */
export function seemsTwoByte(text: string): boolean {
  const start = lengthOfMark(text);
  const isNul = (at: number): boolean => text.charCodeAt(start + at) === 0;
  return ORDERS.some(({ first }) => isNul(first) && isNul(first + 2) && isNul(first + 4) && !isNul(1 - first));
}

/** What it says, where parts of it may be otherwise or cut off. */
export function readLoosely(text: string): string {
  return text.slice(lengthOfMark(text)).replaceAll('\0', '');
}

/** What it says, and by which steps; undefined where it is not so to its end. */
export function dropNuls(text: string): { readonly text: string; readonly steps: readonly string[] } | undefined {
  if (!seemsTwoByte(text)) return undefined;
  const mark = MARKS.find((one) => text.startsWith(one.mark));
  const order = ORDERS.find(({ first }) => text.charCodeAt((mark?.mark.length ?? 0) + first) === 0)!;
  const steps = mark ? [order.said, mark.said] : [order.said];
  const said = readLoosely(text);
  return addNuls(said, steps) === text ? { text: said, steps } : undefined;
}

/** The text from which these steps made what it says. */
export function addNuls(said: string, steps: readonly string[]): string {
  const order = ORDERS.find((one) => steps.includes(one.said));
  if (!order) return said;
  const characters: string[] = [MARKS.find((one) => steps.includes(one.said))?.mark ?? ''];
  for (let at = 0; at < said.length; at++) characters.push(order.first === 1 ? `${said[at]!}\0` : `\0${said[at]!}`);
  return characters.join('');
}
