/** What was not decided in time, for the commands that decide: which option gives them longer. */
import type { Note } from '../pipeline/note.ts';
import { counted } from './terminal.ts';

/** As the content router says it. */
const LATE = /^deadline: /;

export function lateParts(notes: readonly Note[]): number {
  return new Set(notes.filter(({ reason }) => LATE.test(reason)).map(({ part }) => part)).size;
}

export function lateRemark(late: number, deadlineMs: number): string {
  return `${counted(late, 'text was', 'texts were')} not done within ${deadlineMs} ms; --deadline-ms gives more time`;
}
