/** How far a recipe with a seed departs from its formulas. */
export type Jitter = 'light' | 'strong';

export const JITTERS: readonly Jitter[] = ['light', 'strong'];
