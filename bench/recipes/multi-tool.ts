/** Four tool results of one investigation, each with one row that answers the question. The same on every run. */
import { padded, times } from './random.ts';

export interface ToolOutput {
  readonly tool: string;
  readonly rows: readonly unknown[];
  /** Must stand in the text that the model gets, or be there when it is expanded. */
  readonly facts: readonly string[];
}

const CLEANUP = `def cleanup_worker(self, worker_id):
    # Release worker resources - MEMORY LEAK FIX
    worker = self.workers.pop(worker_id, None)
    if worker:
        worker.release()`;

export function multiTool(): readonly ToolOutput[] {
  return [
    {
      tool: 'search_github_issues',
      rows: times(50, issue).with(42, {
        number: 42,
        title: 'Memory leak in worker pool',
        state: 'open',
        labels: ['bug', 'priority:high'],
        body: 'Worker threads not released after task completion. Memory grows unboundedly.',
        reactions: { thumbs_up: 47 },
      }),
      facts: ['Memory leak in worker pool', 'priority:high'],
    },
    {
      tool: 'search_code',
      rows: times(40, match).with(23, { file: 'src/worker.py', line: 330, content: CLEANUP, relevance_score: 0.98 }),
      facts: ['src/worker.py', 'MEMORY LEAK FIX'],
    },
    {
      tool: 'query_database',
      rows: times(60, row).with(17, {
        type: 'error',
        service: 'worker-pool',
        message: 'OutOfMemoryError: heap space exhausted',
        metadata: { heap_used: '7.8GB', heap_max: '8GB', thread_count: 847 },
        stack_trace: 'java.lang.OutOfMemoryError at WorkerPool.execute()',
      }),
      facts: ['OutOfMemoryError', '7.8GB', '847'],
    },
    {
      tool: 'search_arxiv',
      rows: times(30, paper).with(15, {
        id: '2401.00015',
        title: 'Memory Management in Worker Pool Architectures',
        abstract: 'We analyze memory leak patterns in thread pools and propose cleanup strategies.',
        citations: 89,
      }),
      facts: ['Memory Management in Worker Pool Architectures'],
    },
  ];
}

function issue(index: number): unknown {
  return {
    number: index,
    title: `Feature: ${['dark mode', 'pagination', 'webhooks', 'rate limiting'][index % 4]}`,
    state: index % 3 === 0 ? 'closed' : 'open',
    labels: ['enhancement'],
    body: 'Please add this feature.',
    reactions: { thumbs_up: index % 5 },
  };
}

function match(index: number): unknown {
  return {
    file: `src/${['utils', 'api', 'models', 'handlers'][index % 4]}.py`,
    line: 100 + 10 * index,
    content: `def process_${['data', 'request', 'model', 'event'][index % 4]}(self): pass`,
    relevance_score: 0.5 - 0.01 * index,
  };
}

function row(index: number): unknown {
  return {
    type: 'info',
    service: ['api', 'auth', 'db', 'cache'][index % 4],
    message: 'Operation completed successfully',
    metadata: { heap_used: `${1 + (index % 3)}GB`, thread_count: 50 + (index % 50) },
  };
}

function paper(index: number): unknown {
  return {
    id: `2401.${padded(index, 5)}`,
    title: `${['Deep Learning', 'Transformers', 'Neural Arch', 'Scaling'][index % 4]} Study`,
    abstract: 'Novel approach with state-of-the-art results.',
    citations: 3 * index,
  };
}
