/** The shapes of a text, found once: who claims it mostly says it next. Nothing depends on what is kept but time. */
import type { Deadline } from '../../core/deadline.ts';
import { areSame } from '../../core/keep-last.ts';
import { outlineOf } from './outline.ts';
import { type Shapes, findShapes } from './shapes.ts';

interface Found {
  readonly lines: readonly string[];
  readonly shapes: Shapes | undefined;
}

let last: Found | undefined;

export function shapesOf(lines: readonly string[], deadline: Deadline): Shapes | undefined {
  if (last && areSame(lines, last.lines)) return last.shapes;
  return findShapes(outlineOf(lines, deadline), deadline);
}

/** @param lines which are few: they are kept. */
export function firstShapesOf(lines: readonly string[], deadline: Deadline): Shapes | undefined {
  last = { lines, shapes: findShapes(outlineOf(lines, deadline), deadline) };
  return last.shapes;
}
