/** Hidden calls over the Gemini API: clients see what a provider that never called would have said, and no trace more. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, type Answer, type Client, CLIENTS, CONFIG, MODEL, partsOf, recent } from './gemini-clients.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { startUpstream } from './wire.ts';
import { type SigningGemini, startSigningGemini } from './signing-gemini.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- two majors of one library, by what both have

const HITS = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const QUESTIONS = ['search', 'and now?'];

const say = (text: string): Json => ({ text });
const think = (text: string): Json => ({ text, thought: true });
let ids = 0;
let hasIds = true;
const call = (name: string, args: Json): Json => ({
  functionCall: { ...(hasIds && { id: `fc${++ids}` }), name, args },
});
const grep = (): Json => call('grep', { pattern: `x${++ids}` });
/** As the model does: with the hash that the request shows. */
const fetchIt = (request: Json, more: object = {}): Json =>
  call('headroom_retrieve', {
    hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(request.contents))?.[1] ?? 'none',
    ...more,
  });
const isOurs = ({ functionCall }: Json): boolean => functionCall?.name === 'headroom_retrieve';

/** An agent that answers every call with the same long search result, for as long as it is asked. */
async function converse(url: string, client: Client): Promise<Answer[]> {
  const ask = client(url);
  const answers: Answer[] = [];
  for (const question of QUESTIONS) {
    let message: Json[] = [{ text: question }];
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ask(message);
      answers.push(answer);
      message = answer.kept
        .filter(({ functionCall }) => functionCall)
        .map(({ functionCall: { id, name } }) => ({
          functionResponse: { ...(id && { id }), name, response: { output: SEARCH } },
        }));
      if (message.length === 0) break;
    }
  }
  return answers;
}

type Hops = readonly ((request: Json) => readonly Json[])[];

const CASES: [name: string, hops: Hops][] = [
  ['first', [() => [grep()], (request) => [fetchIt(request)], () => [think('b'), say('found it there')]]],
  [
    'last, after words',
    [
      () => [grep()],
      (request) => [think('a thought of some length'), say('let me look it up. '), fetchIt(request)],
      () => [say('found it there')],
    ],
  ],
  [
    'in the middle of thinking, then a call',
    [
      () => [think('a'), grep()],
      (request) => [think('b'), fetchIt(request)],
      () => [think('c'), say('one more look'), grep()],
      () => [think('d'), say('done')],
    ],
  ],
  [
    'mixed with a call of the client',
    [() => [grep()], (request) => [think('m'), say('both'), fetchIt(request), grep()], () => [think('n'), say('done')]],
  ],
  ['mixed, ours last', [() => [grep()], (request) => [grep(), fetchIt(request)], () => [say('done')]]],
  [
    'mixed after one that was not',
    [
      () => [grep()],
      (request) => [say('first this, '), fetchIt(request)],
      (request) => [say('then that'), fetchIt(request, { lines: '2' }), grep(), grep()],
      () => [say('done')],
    ],
  ],
  [
    'two at once',
    [() => [grep()], (request) => [fetchIt(request), fetchIt(request, { lines: '2-3' })], () => [say('done')]],
  ],
  [
    'twice in a row',
    [
      () => [grep()],
      (request) => [think('p'), say('hm, '), fetchIt(request)],
      (request) => [say('well, '), fetchIt(request, { lines: '7' })],
      () => [think('q'), say('done')],
    ],
  ],
];
const SECOND: Hops = [() => [think('z'), say('and the second answer')]];

/** Each answer of a provider that never called: the hops up to one that waits for the client, without our calls. */
function withoutOurs(planned: readonly (readonly Json[])[]): Json[][] {
  const turns: Json[][] = [[]];
  for (const parts of planned) {
    turns.at(-1)!.push(...parts.filter((part) => !isOurs(part)));
    const goesOn = parts.some(isOurs) && parts.every((part) => !part.functionCall || isOurs(part));
    if (!goesOn) turns.push([]);
  }
  return turns.slice(0, -1);
}

/** The whole answer, however it was cut; signatures cover what was said before, and so are none two times. */
function whole({ parts, chunks }: Answer): Json {
  const merged: Json[] = [];
  for (const part of parts) {
    const { thoughtSignature, ...said } = part;
    const last = merged.at(-1);
    const isText = typeof said.text === 'string';
    if (said.text === '' && !thoughtSignature) continue;
    if (isText && typeof last?.text === 'string' && last.thought === said.thought) last.text += said.text;
    else merged.push(said);
    if (said.functionCall) merged.at(-1)!.isSigned = thoughtSignature !== undefined;
  }
  const { candidates, ...last } = chunks.at(-1)!;
  return { merged, candidate: { ...candidates[0], content: undefined }, last: Object.keys(last).toSorted() };
}

let provider: SigningGemini;
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startSigningGemini();
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

describe.each([
  ['with ids', true],
  ['without ids', false],
])('calls %s', (_ids, isNumbered) => {
  describe.each(CLIENTS)('%s', (_client, client) => {
    test.each(CASES)('a hidden call %s', async (_case, hops) => {
      hasIds = isNumbered;
      const planned: Json[][] = [];
      provider.reset((request, index) => {
        const parts = [...hops, ...SECOND][index]?.(request) ?? [say('nothing more')];
        planned.push([...parts]);
        return parts;
      });
      const answers = await converse(proxy.url, client);
      expect(provider.mismatches).toEqual([]);
      const requests = [...provider.requests];
      expect(requests.length).toBe(hops.length + 1);
      expect(planned.flat().some(isOurs)).toBe(true);
      expect(answers.flatMap(({ parts }) => parts).some(isOurs)).toBe(false);

      // One conversation that only grows, content by content.
      requests.slice(1).forEach(({ contents, tools }, index) => {
        expect(contents.slice(0, requests[index].contents.length)).toEqual(requests[index].contents);
        expect(tools).toEqual(requests[0].tools);
      });
      // The model got the original, whose lines the view had left out.
      const results = requests
        .at(-1)
        .contents.flatMap(({ parts }: Json) => parts.flatMap((part: Json) => part.functionResponse ?? []));
      const fetched = results.filter(({ name }: Json) => name === 'headroom_retrieve');
      expect(fetched.length).toBe(planned.flat().filter(isOurs).length);
      expect(JSON.stringify(fetched)).toContain('compute(7)');
      expect(results.find(({ name }: Json) => name === 'grep').response.output).not.toContain(HITS[599]);

      // Each answer is one, and says what all its hops cost.
      for (const { chunks } of answers)
        for (const key of ['responseId', 'modelVersion'])
          expect(new Set(chunks.map((chunk) => chunk[key])).size).toBe(1);
      const usage = answers.at(-2)!.chunks.at(-1).usageMetadata;
      const before = planned.length - 2;
      let size = 1;
      while (
        before - size >= 0 &&
        planned[before - size]!.some(isOurs) &&
        !planned[before - size]!.some((part) => part.functionCall && !isOurs(part))
      )
        size++;
      expect(usage).toMatchObject({
        promptTokenCount: 100 * (planned.length - 1),
        candidatesTokenCount: 10 * size,
        thoughtsTokenCount: 5 * size,
        totalTokenCount: 100 * (planned.length - 1) + 15 * size,
        candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 10 * size }],
      });

      // A provider that never called.
      const turns = withoutOurs(planned);
      provider.reset((_request, index) => turns[index]!);
      const direct = await converse(provider.url, client);
      expect(answers.map(whole)).toEqual(direct.map(whole));
    });
  });
});

describe('besides', () => {
  const PATHS: [string, string][] = [
    ['events', `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`],
    ['an array', `/v1beta/models/${MODEL}:streamGenerateContent`],
    ['whole', `/v1beta/models/${MODEL}:generateContent`],
  ];
  const post = (url: string, body: Json): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const asked = (): Json => ({ contents: [{ role: 'user', parts: [{ text: `ask ${++ids}` }] }], tools: CONFIG.tools });
  const hidden = (): Json => call('headroom_retrieve', { hash: 'a'.repeat(24) });

  test.each(PATHS)('a later hop that is refused says so, in %s', async (way, path) => {
    provider.reset((_request, index) => (index === 0 ? [say('let me look'), hidden()] : 400));
    const answer = await post(proxy.url + path, asked());
    const text = await answer.text();
    expect(provider.requests.length).toBe(2);
    const error = { code: 400, message: 'planned', status: 'INVALID_ARGUMENT' };
    if (way === 'whole') {
      expect([answer.status, JSON.parse(text)]).toEqual([400, { error }]);
      return;
    }
    expect(answer.status).toBe(200);
    const values =
      way === 'an array'
        ? JSON.parse(text)
        : text
            .trim()
            .split('\r\n\r\n')
            .map((data) => JSON.parse(data.slice(6)));
    expect(values.at(-1)).toEqual({ error });
    expect(
      partsOf(values)
        .map((part) => part.text)
        .join(''),
    ).toBe('let me look');
  });

  test('the library raises that error', async () => {
    provider.reset((_request, index) => (index === 0 ? [hidden()] : 400));
    const { contents, tools } = asked();
    const stream = await recent(proxy.url).models.generateContentStream({ model: MODEL, contents, config: { tools } });
    await expect(all(stream)).rejects.toMatchObject({ status: 400, message: expect.stringContaining('planned') });
  });

  test('a model that always asks is told to go on without, and what it says then is shown', async () => {
    provider.reset((_request, index) => (index < 4 ? [hidden()] : [say('stopped')]));
    const answer = await post(proxy.url + PATHS[0]![1], asked());
    expect(await answer.text()).toContain('stopped');
    const last = provider.requests.at(-1).contents.at(-1).parts[0].functionResponse;
    expect(last).toMatchObject({ name: 'headroom_retrieve', response: { error: expect.stringContaining('limit') } });
  });

  test.each(PATHS.slice(0, 2))('words are shown as they come, tool or not (R-22), in %s', async (way, path) => {
    let goOn = (): void => undefined;
    const isShown = new Promise<void>((resolve) => (goOn = resolve));
    const value = JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'first' }] } }] });
    const [begin, between, end] = way === 'events' ? ['data: ', '\r\n\r\ndata: ', '\r\n\r\n'] : ['[', ',\r\n', '\r\n]'];
    await using upstream = await startUpstream(async (_request, response) => {
      response.writeHead(200, { 'content-type': way === 'events' ? 'text/event-stream' : 'application/json' });
      response.write(begin + value + (way === 'events' ? '\r\n\r\n' : ''));
      await isShown;
      response.end((way === 'events' ? begin : between) + value + end);
    });
    await using own = await startProxyProcess({ upstream: upstream.url });
    const answer = await post(own.url + path, asked());
    const reader = answer.body!.getReader();
    const { value: first } = await reader.read();
    expect(JSON.parse(upstream.seen[0]!.body.toString()).tools[0].functionDeclarations[1].name).toBe(
      'headroom_retrieve',
    );
    expect(Buffer.from(first!).toString()).toContain('first');
    goOn();
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read())
      rest += Buffer.from(next.value).toString();
    expect(Buffer.from(first!).toString() + rest).toBe(begin + value + between + value + end);
  });

  test('a bare count has no tool, one of a whole request has it', async () => {
    provider.reset(() => [say('x')]);
    const request = asked();
    await post(proxy.url + PATHS[2]![1], request);
    const count = `${proxy.url}/v1beta/models/${MODEL}:countTokens`;
    await post(count, { contents: request.contents });
    await post(count, { generateContentRequest: { model: `models/${MODEL}`, ...request } });
    const [sent, bare, whole] = provider.requests;
    expect(sent.tools[0].functionDeclarations[1].name).toBe('headroom_retrieve');
    expect(bare).toEqual({ contents: request.contents });
    expect(whole.generateContentRequest.tools).toEqual(sent.tools);
  });
});
