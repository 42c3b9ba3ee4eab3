/** What an agent's tools answer while it explores a repository: file tree, hosted code search, issue list. Seeded. */
import { createHash } from 'node:crypto';
import { type Chance, padded, times } from './random.ts';

const FOLDERS = ['src', 'tests', 'docs', 'config', 'scripts', 'lib', 'api', 'models'] as const;
const MORE_FOLDERS = ['services', 'utils', 'components', 'views', 'controllers', 'middleware', 'auth', 'core'] as const;
const EXTENSIONS = ['py', 'ts', 'js', 'json', 'yaml', 'md'] as const;

function moment({ whole }: Chance): string {
  return `2024-01-${padded(whole(1, 28), 2)}T${padded(whole(0, 23), 2)}:${padded(whole(0, 59), 2)}:00Z`;
}

export function fileTree(path: string, depth: number, filesPerFolder: number, random: Chance): unknown {
  const { pick, whole } = random;
  const folders =
    depth > 1
      ? times(whole(2, 5), (index) =>
          fileTree(`${path}/${pick([...FOLDERS, ...MORE_FOLDERS])}_${index}`, depth - 1, filesPerFolder, random),
        )
      : [];
  const files = times(filesPerFolder, (index) => {
    const name = `module_${index}.${pick(EXTENSIONS)}`;
    return { name, type: 'file', path: `${path}/${name}`, size: whole(100, 10_000), modified: moment(random) };
  });
  return { name: path.slice(path.lastIndexOf('/') + 1), type: 'directory', path, children: [...folders, ...files] };
}

const REPOSITORIES = [
  'acme/auth-gateway',
  'acme/platform',
  'northwind/identity',
  'northwind/web',
  'initech/session-kit',
  'initech/api',
  'globex/middleware',
  'globex/edge-proxy',
  'umbrella/sso',
  'umbrella/console',
  'hooli/tokens',
  'hooli/backend',
] as const;

export function hostedCodeSearch(query: string, count: number, random: Chance): unknown {
  const { pick, whole, unit } = random;
  const slug = query.replaceAll(' ', '_').toLowerCase();
  const items = times(count, (index) => {
    const repository = pick(REPOSITORIES);
    return {
      repository: {
        full_name: repository,
        description: `A repository for ${query}`,
        stars: whole(10, 50_000),
        language: pick(['Python', 'TypeScript', 'Go', 'Rust', 'Java']),
        updated_at: moment(random),
      },
      path: `src/${slug}/handler.py`,
      sha: createHash('sha1').update(`${repository}${index}`).digest('hex'),
      url: `https://code.example.com/${repository}/blob/main/src/${slug}/handler.py`,
      score: Number((10 + unit() * 90).toFixed(2)),
      text_matches: [
        {
          fragment: `def handle_${slug}(request):\n    """Handle ${query}."""\n    return process(request)`,
          matches: [{ text: query, indices: [0, query.length] }],
        },
      ],
    };
  });
  return { total_count: 50 * count, incomplete_results: false, items };
}

const TITLES = [
  'Bug in authentication flow',
  'Feature request: dark mode',
  'Performance regression in API',
  'Documentation needs an update',
  'Memory leak in worker',
  'Crash on startup',
  'Improve error messages',
] as const;
const LABELS = ['bug', 'enhancement', 'documentation', 'help wanted', 'priority: high'] as const;

export function issueList(count: number, random: Chance): unknown {
  const { pick, whole } = random;
  const items = times(count, (index) => {
    const author = `user${whole(1, 500)}`;
    return {
      number: 1000 + index,
      title: `Issue #${1000 + index}: ${pick(TITLES)}`,
      state: pick(['open', 'open', 'open', 'closed']),
      user: { login: author, avatar_url: `https://avatars.example.com/${author}` },
      labels: times(whole(0, 3), () => pick(LABELS)),
      created_at: moment(random),
      updated_at: moment(random),
      comments: whole(0, 50),
      body: `## Description\n\nThere is a problem with the ${pick(['login', 'checkout', 'search'])} page.\n\n## Steps to reproduce\n\n1. Open the application\n2. Do the usual\n3. See the error\n\n## Expected behaviour\n\nIt should work.`,
    };
  });
  return { total_count: count, items };
}
