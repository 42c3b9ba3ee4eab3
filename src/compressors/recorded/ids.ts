/** Long ids by so much of their beginning as no other id of the text has. */

const ID =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{16,128}|(?=[^\d]*\d)[A-Za-z]{1,12}_[\w-]{16,64}|(?=\D*\d)(?=[^A-Z]*[A-Z])[A-Za-z0-9+/_=-]{22,})$/;
const FIRST_CHARS = 8;
const STEP = 4;

export function isId(raw: string): boolean {
  return raw.length > FIRST_CHARS + STEP && ID.test(raw);
}

/** For each id how many characters of it stay. */
export function idLengths(ids: ReadonlySet<string>): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  let open = [...ids];
  for (let length = FIRST_CHARS; open.length > 0; length += STEP) {
    const holders = new Map<string, number>();
    for (const id of open) holders.set(id.slice(0, length), (holders.get(id.slice(0, length)) ?? 0) + 1);
    for (const id of open)
      if (holders.get(id.slice(0, length)) === 1 || id.length <= length) lengths.set(id, Math.min(length, id.length));
    open = open.filter((id) => !lengths.has(id));
  }
  return lengths;
}
