/** Lets a hook look at every rewrite before the gate does, and refuse it. What the hook refuses is pinned as left alone. */
import type { Edit, Rewrite } from '../core/edit.ts';
import type { Plan, Refusal, Transform } from '../core/transform.ts';
import type { Hooks } from './options.ts';

type Ask = NonNullable<Hooks['edit']>;

export function askingBefore(transform: Transform, ask: Ask): Transform {
  return {
    ...transform,
    *plan(conversation, context): Plan {
      const proposals = transform.plan(conversation, context);
      let step = proposals.next();
      while (!step.done) {
        const proposed = step.value;
        const asked = proposed.kind === 'rewrite' && isRefused(proposed, ask) ? refusalOf(proposed) : proposed;
        const accepted: Edit | undefined = yield asked;
        step = proposals.next(accepted);
      }
    },
  };
}

function isRefused({ part, text, loss, by }: Rewrite, ask: Ask): boolean {
  // A frozen part was decided long ago.
  if (part.frozen) return false;
  return ask({ tool: part.call?.name, input: part.call?.input, source: part.source, text, loss, by }) === false;
}

function refusalOf({ part: { index }, by }: Rewrite): Refusal {
  return { kind: 'refusal', part: index, by, reason: 'refused by a hook' };
}
