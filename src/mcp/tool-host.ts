/** What the tools work with: the proxy's own for one caller, or this machine's for the person who sits at it. */
import { findMarkers } from '../core/marker.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import type { Intent } from '../pipeline/engine.ts';
import { bodyOf, formOf, type OneForm, type OneResult, unchanged } from '../pipeline/one-result.ts';
import type { Optimizer } from '../pipeline/pool.ts';

export interface ToolHost {
  /** Undefined where the profile is off. It must offer the retrieval tool, or no views come out. */
  readonly optimizer: Pick<Optimizer, 'run'> | undefined;
  readonly tenant: string;
  /** `send` where the optimizer keeps originals itself, `ask` where `keep` does. */
  readonly intent: Intent;
  /** Told that a text will come soon. */
  warm?(): void;
  /** @throws when the original could not be kept. */
  keep(original: string): void;
  find(hash: string): Promise<string | undefined>;
  stats(): Promise<object>;
}

/** Shorter texts have nothing to save. */
const MIN_CHARS = 200;

/** The shortest form that its reader can use. What cannot be shortened, for whatever reason, comes back as it is. */
export async function shorten(result: OneResult, host: ToolHost): Promise<OneForm> {
  const { text, tool = '' } = result;
  const { optimizer, tenant, intent } = host;
  if (!optimizer) return unchanged(text, 'the profile is off');
  if (text.length < MIN_CHARS) return unchanged(text, `under ${MIN_CHARS} characters`);
  if (isRetrievalTool(tool)) return unchanged(text, 'it is what was fetched back');
  // A view of a view would lead to its original in two steps.
  if (endsInMarker(text)) return unchanged(text, 'it is a view already');
  const run = async (canFetch: boolean): Promise<OneForm> => {
    const body = bodyOf({ ...result, canFetch });
    return formOf(text, await optimizer.run({ body, format: undefined, tenant, intent }));
  };
  const form = await run(result.canFetch === true);
  if (form.hash === undefined) return form;
  try {
    host.keep(text);
    return form;
  } catch {
    return run(false);
  }
}

function endsInMarker(text: string): boolean {
  return findMarkers(text.slice(text.trimEnd().lastIndexOf('\n') + 1)).length > 0;
}
