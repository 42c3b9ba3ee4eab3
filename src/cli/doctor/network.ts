/** The HTTP proxy of this machine, and the certificates that are trusted beside the usual ones. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Check, Finding } from './check.ts';

export const httpProxy: Check = {
  about: 'HTTP proxy',
  look(_config, { environment }) {
    const about = 'HTTP proxy';
    const set = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].filter((name) => environment[name]);
    if (set.length === 0) return [];
    const found = set.map((name): Finding => {
      const address = environment[name]!;
      const parsed = URL.parse(/^[a-z\d]+:\/\//i.test(address) ? address : `http://${address}`);
      const advice = `set ${name} to http://HOST:PORT`;
      if (!parsed) return { verdict: 'fail', about, what: `${name} is no address`, advice };
      if (!/^https?:$/.test(parsed.protocol))
        return { verdict: 'fail', about, what: `${name} has ${parsed.protocol}//, which is not spoken here`, advice };
      return { verdict: 'pass', about, what: `${name} is ${parsed.protocol}//${parsed.host}` };
    });
    const exempt = `${environment['NO_PROXY'] ?? ''},${environment['no_proxy'] ?? ''}`.split(/[\s,]+/);
    if (exempt.includes('*') || exempt.includes('127.0.0.1')) return found;
    const advice =
      'set NO_PROXY=localhost,127.0.0.1 for agents that you start by hand; headroom wrap sets it for its own';
    return [
      ...found,
      { verdict: 'warn', about, what: 'NO_PROXY leaves out 127.0.0.1: agents may look for Headroom elsewhere', advice },
    ];
  },
};

export const certificates: Check = {
  about: 'certificates',
  look(_config, { environment }) {
    const about = 'certificates';
    const found: Finding[] = [];
    const file = environment['NODE_EXTRA_CA_CERTS'];
    if (file) found.push(inFile(file));
    if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
      const advice = 'unset it, and name the certificate in NODE_EXTRA_CA_CERTS';
      found.push({ verdict: 'warn', about, what: 'NODE_TLS_REJECT_UNAUTHORIZED=0: nobody is checked', advice });
    }
    return found;
  },
};

function inFile(file: string): Finding {
  const about = 'certificates';
  const advice = 'let NODE_EXTRA_CA_CERTS name a readable file of PEM certificates; Node goes on without it otherwise';
  try {
    const blocks =
      readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) return { verdict: 'fail', about, what: `${file} holds no certificate`, advice };
    const late = blocks
      .map((pem) => new X509Certificate(pem))
      .filter(({ validTo }) => Date.parse(validTo) < Date.now());
    const what = `${file} adds ${blocks.length} to those of Node`;
    // Collections keep some that have run out; one of the person's own should not.
    if (late.length < blocks.length) return { verdict: 'pass', about, what };
    return { verdict: 'warn', about, what: `${what}, all of them out of date`, advice: 'ask for new ones' };
  } catch (error) {
    return { verdict: 'fail', about, what: `${file}: ${(error as Error).message}`, advice };
  }
}
