/** Whether the providers can be reached the way the proxy reaches them, and whether their clock is ours. */
import { backends } from '../../backends/index.ts';
import type { OptionName } from '../../config/options.ts';
import { proxyFor } from '../../proxy/send/connect.ts';
import { askUpstream } from '../upstream.ts';
import type { Check, Finding } from './check.ts';

const WAIT_MS = 5_000;
const SKEW_MS = 120_000;

export const providers: Check = {
  about: 'provider',
  async look({ values, sources }) {
    const found = await Promise.all(
      backends.map(({ name }) => {
        const option = `${name}-url` as OptionName;
        return reach(name, new URL(values[option] as string), {
          waitMs: Math.min(WAIT_MS, values['connect-timeout-ms']),
          isChosen: sources[option] !== 'default',
        });
      }),
    );
    const skews = found.flatMap(({ skewMs }) => (skewMs === undefined ? [] : [skewMs]));
    return [...found.map(({ finding }) => finding), ...clock(skews)];
  },
};

interface Reached {
  readonly finding: Finding;
  /** How far our clock is ahead. */
  readonly skewMs?: number;
}

/** Any answer will do: it is the way there that is looked at. */
async function reach(
  name: string,
  url: URL,
  { waitMs, isChosen }: { readonly waitMs: number; readonly isChosen: boolean },
): Promise<Reached> {
  const about = 'provider';
  const way = proxyFor(url, process.env) ? ', through the HTTP proxy' : '';
  const startedAt = performance.now();
  try {
    const { status, headers } = await askUpstream({ url, method: 'HEAD', connectMs: waitMs, answerMs: 2 * waitMs });
    const took = Math.round(performance.now() - startedAt);
    const there = Date.parse(headers.date ?? '');
    const finding: Finding = {
      verdict: 'pass',
      about,
      what: `${name}: ${url.origin} answers (${status}, ${took} ms${way})`,
    };
    return Number.isNaN(there) ? { finding } : { finding, skewMs: Date.now() - there };
  } catch (error) {
    const { message } = error as Error;
    const what = `${name}: ${url.origin} cannot be reached${way} (${message})`;
    // Nobody uses all of them: only what was chosen is surely needed.
    return { finding: { verdict: isChosen ? 'fail' : 'warn', about, what, advice: adviceFor(message) } };
  }
}

function adviceFor(reason: string): string {
  if (/CERT|SELF_SIGNED|UNABLE_TO|issuer/i.test(reason))
    return 'a program between reads the traffic: name its certificate in NODE_EXTRA_CA_CERTS=FILE';
  if (/HTTP proxy/.test(reason)) return 'look at HTTPS_PROXY, with its user and password';
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return 'the name is not known: offline, or HTTPS_PROXY is needed here';
  if (/REFUSED/.test(reason)) return 'nothing listens there: look at the address and at HTTPS_PROXY';
  return 'look at the network, HTTPS_PROXY and the address';
}

function clock(skews: readonly number[]): readonly Finding[] {
  const [least] = skews.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  if (least === undefined) return [];
  const seconds = Math.round(Math.abs(least) / 1000);
  const what =
    seconds < 2 ? 'agrees with the providers' : `${seconds} s ${least > 0 ? 'ahead of' : 'behind'} the providers`;
  if (Math.abs(least) <= SKEW_MS) return [{ verdict: 'pass', about: 'clock', what }];
  return [
    {
      verdict: 'warn',
      about: 'clock',
      what,
      advice: 'set the clock: logins and signed requests fail with a wrong one',
    },
  ];
}
