/** Offers the tool that fetches originals, wherever the policy of a request allows it: same bytes, same place, every time. */
import type { Tool } from '../core/conversation.ts';
import type { Plan, Transform } from '../core/transform.ts';

export function retrieveTool(tool: Tool): Transform {
  return {
    name: 'retrieve-tool',
    isStructural: true,
    *plan(_conversation, { policy }): Plan {
      if (policy.allowTools) yield { kind: 'add-tool', tool };
    },
  };
}
