/** Descriptions of resources, as kubectl prints them: without hashes of images and what every pod has unless told otherwise. */
import type { Reduced, Reducer } from './reducer.ts';

const DESCRIBED = /^Name:\s{2,}\S.*\r?\n(?:Namespace|Labels|Roles|Priority):\s/;

/** Keys of lines that say the same of nearly all pods, or only an identity that another line says better. */
const USUAL: readonly RegExp[] = [
  /^\s+(Container ID|Image ID): +\S+$/,
  /^\s+\/var\/run\/secrets\/kubernetes\.io\/serviceaccount from (kube-api-access)-\S+ \(ro\)$/,
  /^(?:Tolerations: +| +)(node\.kubernetes\.io\/(?:not-ready|unreachable)):NoExecute op=Exists for 300s$/,
  /^ {2}(kube-api-access)-\w+:$/,
  /^ {4}(Type): +Projected \(a volume that contains injected data from multiple sources\)$/,
  /^ {4}(TokenExpirationSeconds): +3607$/,
  /^ {4}(ConfigMapName): +kube-root-ca\.crt$/,
  /^ {4}(ConfigMapOptional|Optional): +(?:<nil>|false)$/,
  /^ {4}(DownwardAPI): +true$/,
  /^\s*([A-Z][\w -]*: +<none>)$/,
];
/** Fewer than so many in a row say where they are left out with more words than they take. */
const MIN_RUN = 2;
const LONG = 60;
/** Blanks that put values one below the other. */
const ALIGNED = /^( *[\w./ -]{1,60}:) {2,}(?=\S)/;
const KEPT = /^Events:/;

function usualKey(line: string): string | undefined {
  if (KEPT.test(line)) return undefined;
  for (const pattern of USUAL) {
    const key = pattern.exec(line)?.[1];
    if (key !== undefined) return key.replace(/: +/, ' ');
  }
  return undefined;
}

function reduce(lines: readonly string[]): Reduced {
  const out: string[] = [];
  let left = 0;
  for (let i = 0; i < lines.length; ) {
    const keys: string[] = [];
    let chars = 0;
    let end = i;
    for (; end < lines.length; end++) {
      const key = usualKey(lines[end]!);
      if (key === undefined) break;
      keys.push(key);
      chars += lines[end]!.length;
    }
    if (keys.length >= MIN_RUN || chars > LONG) {
      out.push(`${/^ */.exec(lines[i]!)![0]}[${keys.length} as usual: ${[...new Set(keys)].join(', ')}]`);
      left += keys.length;
    } else for (const line of lines.slice(i, end)) out.push(line);
    if (end < lines.length) out.push(lines[end]!.replace(ALIGNED, '$1 '));
    i = end + 1;
  }
  return {
    lines: out,
    left: `${left} lines of ids, of empty values and of what every pod has; blanks that only align`,
  };
}

export const description: Reducer = { isOf: (text: string): boolean => DESCRIBED.test(text), reduce };
