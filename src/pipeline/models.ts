/** The models that are known: read when they are first asked for. */
import type { ModelTable } from '../core/model.ts';
import { createModelTable } from '../models/table.ts';

let table: ModelTable | undefined;

export const models: ModelTable = { find: (model, day) => (table ??= createModelTable()).find(model, day) };
