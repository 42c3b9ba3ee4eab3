/** Columns whose values a reader asks for by themselves: what they say should stand in the text as it is. */

const PATH = /(?:^|[._\]])(?:path|file|filename|file_?name|file_?path)s?$|(?:Path|FileName|Filename)$/;
const ID = /(?:^|[._\]-])(?:id|key|uuid|ticket|number|sku|mrn)$|_(?:id|key|number)$|[a-z]I[dD]$/;

export function isPathName(name: string): boolean {
  return PATH.test(name);
}

export function isIdName(name: string): boolean {
  return ID.test(name);
}
