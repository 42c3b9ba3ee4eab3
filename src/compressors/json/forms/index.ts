/** The list of column forms. Writing tries them all; the first that reads a head has it. */
import { constant } from './constant.ts';
import { follows } from './follows.ts';
import type { ColumnForm } from './form.ts';
import { heading } from './heading.ts';
import { letters } from './letters.ts';
import { listed } from './listed.ts';
import { lists } from './lists.ts';
import { mostly } from './mostly.ts';
import { pattern } from './pattern.ts';

export const columnForms: readonly ColumnForm[] = [constant, heading, letters, listed, lists, mostly, follows, pattern];
