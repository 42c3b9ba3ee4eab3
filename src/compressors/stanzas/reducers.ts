/** Sorts of texts that a view knows. */
import { certificate } from './certificate.ts';
import { description } from './description.ts';
import { plan } from './plan.ts';
import type { Reducer } from './reducer.ts';

const reducers: readonly Reducer[] = [plan, description, certificate];

export function reducerFor(text: string): Reducer | undefined {
  return reducers.find(({ isOf }) => isOf(text));
}
