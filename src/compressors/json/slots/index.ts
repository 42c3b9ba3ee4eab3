/** The list of slot forms. The first that reads a wording has it, so names of columns come last. */
import { decimal } from './decimal.ts';
import { readExceptions } from './except.ts';
import { reference } from './reference.ts';
import { repeats } from './repeats.ts';
import { sequence } from './sequence.ts';
import type { SlotForm, SlotReader } from './slot.ts';
import { timeStep } from './time-step.ts';

export const slotForms: readonly SlotForm[] = [sequence, decimal, timeStep, repeats, reference];

export function readSlot(wording: string): SlotReader | undefined {
  return readRule(wording) ?? readExceptions(wording, readRule);
}

function readRule(wording: string): SlotReader | undefined {
  for (const form of slotForms) {
    const reader = form.read(wording);
    if (reader) return reader;
  }
  return undefined;
}

/** Whether a column of this name can be referred to: no other form may read the name as its own. */
export function isReferable(name: string): boolean {
  return reference.read(name) !== undefined && slotForms.every((form) => form === reference || !form.read(name));
}
