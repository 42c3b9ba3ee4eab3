/** The models that are known, the operator's own among them: put together when they are first asked for. */
import type { ModelTable } from '../core/model.ts';
import { createModelTable } from '../models/table.ts';

/** @param own the operator's models file, as it was read when the process started. */
export function openModels(own?: object): ModelTable {
  let table: ModelTable | undefined;
  return { find: (model, day) => (table ??= createModelTable(own)).find(model, day) };
}
