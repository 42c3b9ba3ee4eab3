/** What a reader may be asked about the answers of the three agents' tools, as strings to look for. */

type Row = Readonly<Record<string, unknown>>;

export interface Facts {
  readonly what: string;
  readonly facts: readonly string[];
}

/** By the name of the tool that answered. */
export function factsOf(tool: string, value: unknown): readonly Facts[] {
  const find = BY_TOOL[tool];
  return find ? find(value as Row) : [];
}

const BY_TOOL: Readonly<Record<string, (value: Row) => readonly Facts[]>> = {
  log_search: ({ entries }) => {
    const rows = entries as readonly Row[];
    const failures = rows.filter(({ level }) => level === 'ERROR' || level === 'WARN');
    return [
      { what: 'messages of WARN and ERROR', facts: distinct(failures.map(({ message }) => String(message))) },
      { what: 'levels', facts: histogram(rows, 'level') },
    ];
  },
  database_query: ({ rows }) => {
    const all = rows as readonly Row[];
    const rich = all.filter(({ total_revenue }) => Number(total_revenue) > 50_000);
    return [
      { what: 'revenue over 50,000', facts: rich.map(({ total_revenue }) => String(total_revenue)) },
      { what: 'statuses', facts: histogram(all, 'status') },
    ];
  },
  filesystem_search: ({ matches }) => {
    const rows = matches as readonly Row[];
    const best = rows.toSorted((a, b) => Number(b['score']) - Number(a['score'])).slice(0, 5);
    return [
      { what: 'paths', facts: rows.map(({ path }) => String(path)) },
      { what: 'paths of the five best', facts: best.map(({ path }) => String(path)) },
    ];
  },
  filesystem_tree: (root) => [{ what: 'names of files and directories', facts: distinct(namesOf(root)) }],
  github_code_search: ({ items }) => [
    {
      what: 'repositories',
      facts: distinct((items as readonly Row[]).map(({ repository }) => String((repository as Row)['full_name']))),
    },
  ],
  github_issues: ({ items }) => {
    const rows = items as readonly Row[];
    return [
      { what: 'titles', facts: distinct(rows.map(({ title }) => String(title).replace(/^.*?: /, ''))) },
      { what: 'states', facts: histogram(rows, 'state') },
    ];
  },
};

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `INFO: 182` for each value: how often it comes. */
function histogram(rows: readonly Row[], key: string): readonly string[] {
  const counts = Map.groupBy(rows, (row) => String(row[key]));
  return Array.from(counts, ([value, own]) => `${value}: ${own.length}`);
}

function namesOf(node: Row): string[] {
  const children = (node['children'] ?? []) as readonly Row[];
  return [String(node['name']), ...children.flatMap(namesOf)];
}
