/** Three agents at work, three tool results each, as an agent framework sends them: one value, indented by two. */
import { databaseQuery, fileSearch, logSearch } from './incident-tools.ts';
import { chance } from './random.ts';
import { fileTree, hostedCodeSearch, issueList } from './repository-tools.ts';

export interface Scenario {
  readonly name: string;
  readonly question: string;
  /** Tool name and what it answered, in order. */
  readonly results: readonly (readonly [tool: string, value: unknown])[];
}

export function agents(seed: number): readonly Scenario[] {
  const random = chance(seed);
  return [
    {
      name: 'incident',
      question: 'Payments fail since this morning. What is the cause?',
      results: [
        ['log_search', logSearch(300, random)],
        ['database_query', databaseQuery(200, random)],
        ['filesystem_search', fileSearch('payment', 150, random)],
      ],
    },
    {
      name: 'codebase',
      question: 'Where is authentication handled, and by which middleware?',
      results: [
        ['filesystem_tree', fileTree('project', 3, 20, random)],
        ['filesystem_search', fileSearch('authentication', 200, random)],
        ['github_code_search', hostedCodeSearch('JWT authentication middleware', 100, random)],
      ],
    },
    {
      name: 'triage',
      question: 'Which open issues are bugs with high priority?',
      results: [
        ['github_issues', issueList(100, random)],
        ['github_code_search', hostedCodeSearch('bug fix', 80, random)],
        ['log_search', logSearch(200, random)],
      ],
    },
  ];
}
