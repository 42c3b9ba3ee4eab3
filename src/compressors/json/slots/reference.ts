/** The text of another column of the same row, by the column's name: `{user.login}`. */
import type { SlotForm, SlotReader } from './slot.ts';

const NAME = /^(?:\[\d+\]\.?)*[\p{L}_$@][\p{L}\p{N}_$@.[\]/+-]*$/u;

export const reference: SlotForm = {
  name: 'reference',
  /** Found before the slots are: see references.ts. */
  guess: () => [],
  read(wording): SlotReader | undefined {
    if (!NAME.test(wording)) return undefined;
    return (row, lookup) => lookup.text(wording, row);
  },
};
