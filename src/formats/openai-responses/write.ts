/** Writes edits into a Responses request. */
import type { Edit } from '../../core/edit.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { isJsonObject } from '../../core/json/value.ts';
import { writeAlignment } from './align.ts';

export function write(edit: Edit, document: JsonDocument): readonly JsonEdit[] {
  const { value: body } = document;
  switch (edit.kind) {
    case 'rewrite':
      return [{ op: 'replace', path: edit.part.path, value: edit.text }];
    case 'rewrite-call':
      return [{ op: 'replace', path: [...edit.part.path, 'arguments'], value: JSON.stringify(edit.input) }];
    case 'align':
      return writeAlignment(edit, document);
    case 'add-tool': {
      const { name, description, parameters } = edit.tool;
      const tool = { type: 'function', name, description, parameters, strict: false };
      if (!isJsonObject(body)) return [];
      if (Array.isArray(body['tools'])) return [{ op: 'append', path: ['tools'], value: tool }];
      if (body['tools'] === undefined) return [{ op: 'set', path: [], key: 'tools', value: [tool] }];
      // A null says "no tools"; anything else is the provider's to refuse.
      return body['tools'] === null ? [{ op: 'replace', path: ['tools'], value: [tool] }] : [];
    }
  }
}
