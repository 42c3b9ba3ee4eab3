/** What users pay for, each with where it comes from (R-n: field lessons; laws: the design), and how a test says that it holds one. */
import { type TestOptions, test } from 'vitest';

export const REQUIREMENTS = {
  'bytes:unchanged-when-no-edit': {
    source: 'R-2, law 1',
    behavior: 'A request in which nothing is shortened reaches the provider with the very bytes of its body.',
  },
  'bytes:only-tool-results-change': {
    source: 'R-2, R-27, R-30, law 6',
    behavior: 'In a request with a shortened tool result every other byte of the body is the client’s.',
  },
  'bytes:encodings-agree': {
    source: 'R-32',
    behavior: 'The body that arrives fits its Content-Encoding and Content-Length headers, both ways.',
  },
  'path:unknown-passes': {
    source: 'R-31, R-51, law 1',
    behavior: 'Methods, paths, queries, headers and bodies that Headroom does not know pass both ways as they are.',
  },
  'headers:none-of-ours-upstream': {
    source: 'R-50, R-51, law 10',
    behavior: 'The provider sees the client’s headers, their order and repeats, and no header of ours.',
  },
  'limits:hold': {
    source: 'R-60',
    behavior: 'Budgets and limits hold on every API, over restarts, and for all proxies that share a store together.',
  },
  'limits:clients-understand': {
    source: 'R-60',
    behavior:
      'The official libraries take a refusal for what it is: they wait where that helps, and give up where it does not.',
  },
  'savings:results-shortened': {
    source: 'law 3',
    behavior: 'A large tool result reaches the provider at less than half its length.',
  },
  'savings:reads-back': {
    source: 'law 3',
    behavior: 'Everything that went out in a shorter form without a loss can be turned back into what the client sent.',
  },
  'reads:lines-exact': {
    source: 'law 6',
    behavior:
      'Of a file that was read only the line-number gutter gets thinner; each line of the file arrives exactly.',
  },
  'cache:prefix-stable-over-turns': {
    source: 'R-1, R-4, R-5, law 2',
    behavior: 'What a turn shares with the turn before goes out with the same bytes.',
  },
  'cache:prefix-stable-over-kill': {
    source: 'R-3, law 2',
    behavior: 'The same holds when the proxy is killed between turns and when two proxies take turns.',
  },
  'cache:prefix-stable-over-deadline': {
    source: 'R-4, R-33, law 2',
    behavior: 'A result that was left alone because time was up stays left alone.',
  },
  'cache:prefix-stable-over-bypass': {
    source: 'law 7',
    behavior: 'Turns that bypass Headroom do not change what the later turns say about the turns before.',
  },
  'cache:prefix-stable-over-login': {
    source: 'R-1, R-50, law 2',
    behavior: 'A client that renews its access token in mid-conversation keeps its prefix.',
  },
  'history:signed-by-others-kept': {
    source: 'R-30, design “First sight at the edges”',
    behavior: 'History that carries signed reasoning and was sent past Headroom is never shortened afterwards.',
  },
  'count:same-as-sent': {
    source: 'law 2, design “First sight at the edges”',
    behavior:
      'A count_tokens request is shortened exactly like the message request that it counts, and decides nothing.',
  },
  'stream:first-byte-not-delayed': {
    source: 'R-22, law 8',
    behavior: 'Each piece of a stream reaches the client before the provider sends the next one.',
  },
  'stream:bytes-unchanged': {
    source: 'R-22, R-32, law 8',
    behavior: 'A stream’s bytes reach the client as they were, wherever they were cut.',
  },
  'stream:cut-is-seen': {
    source: 'R-23, R-48',
    behavior: 'A stream that breaks off upstream breaks off at the client; it never seems to end well.',
  },
  'stream:silence-survives': {
    source: 'R-22',
    behavior:
      'Long silence before the first byte and between bytes ends no exchange before the limit that the operator set.',
  },
  'stream:abort-reaches-upstream': {
    source: 'R-33, R-48',
    behavior: 'A client that hangs up ends the request at the provider.',
  },
  'stream:pace-is-the-clients': {
    source: 'law 8, R-22',
    behavior: 'A client that reads slowly slows the provider down; the proxy gathers nothing.',
  },
  'errors:unchanged': {
    source: 'R-23, law 1',
    behavior: 'An error of the provider reaches the client with its status, body and retry-after.',
  },
  'clients:sdk-answers-equal': {
    source: 'law 1, law 8',
    behavior: 'Official client libraries get the same answer through the proxy as without it.',
  },
  'fail-open:store': {
    source: 'R-29, law 7',
    behavior: 'With a store that is broken, missing or full the client gets its answer and the operator a warning.',
  },
  'fail-open:upstream': {
    source: 'R-23, R-29',
    behavior:
      'An upstream that refuses, dies or talks nonsense gives the client an error that says so, and the proxy lives on.',
  },
  'fail-open:client': {
    source: 'R-29, R-33',
    behavior: 'A client that hangs up or talks nonsense costs nobody else anything.',
  },
};

export type RequirementId = keyof typeof REQUIREMENTS;

/** A test that holds these requirements; the ids stand in its name. */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  name: string,
  body: () => void | Promise<void>,
  options: TestOptions = {},
): void {
  test(`${name} [${[ids].flat().join(', ')}]`, options, body);
}
