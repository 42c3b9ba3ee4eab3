/** Which words announce which values: a label or a sentence, and the shape that must follow. */
import * as shape from './shapes.ts';

const SPAN = "(?:current |today['’]s |local |server |system |utc |present )";
const MOMENT = '(?:date(?:,? ?(?:and|&|/)? ?time)?|time ?stamp|time|date ?time|day(?: of the week)?)';
const SOMEWHERE = '(?: (?:now|today)| in (?:utc|gmt|[a-z]+/[a-z_]+))?';
const OF_IDS =
  '(?:session|request|trace|conversation|thread|run|correlation|invocation|job|span|instance|execution|chat|transaction|task|call|message|turn)';
const OF_OTHERS = '(?:user|agent|client|device|connection|event|query|process|window|visitor|interaction)';
const COUNTED =
  '(?:tokens?|context(?: window)?|budget|cost|quota|rate limit|(?:tool )?calls?|messages?|turns?|requests?|steps?|iterations?|attempts?|credits?)';

export interface Announced {
  /** A line without any of these announces none of them: few lines are looked at closely. */
  readonly words: string;
  readonly label: string;
  readonly value: string;
  /** A colon or a verb must stand between the two. */
  readonly isSaid?: boolean;
  /** The sentence, or the line, ends with the value. */
  readonly isLast?: boolean;
}

/** What announces a value and which shape it must then have. Labels stand at the start of a line unless they say enough. */
export const KINDS: readonly Announced[] = [
  {
    words: 'date|time|day|now\\b|it is',
    label: `(?:the )?${SPAN}${SPAN}?${MOMENT}${SOMEWHERE}|today,?|(?:it is|the time is|the date is)(?: now| currently)?|now`,
    value: shape.TIME,
  },
  {
    words: 'generated|rendered|prepared|retrieved|started|as of|updated',
    label: `(?:(?:generated|rendered|prepared|retrieved|session started|started|as of|last updated)(?: at| on)?)`,
    value: shape.TIME,
  },
  { words: 'date|time|day', label: `^${MOMENT}|time ?stamp`, value: shape.TIME, isSaid: true },
  {
    words: 'current[ _-](?:month|year|week|quarter)',
    label: `(?:the )?current (?:month|year|week|quarter)`,
    value: shape.PERIOD,
    isSaid: true,
  },
  {
    words:
      '(?:id|uuid|identifier|token|key|hash|nonce|parent)["\'`*_]{0,3}(?: ?\\([^()\\n]{1,24}\\))?(?:\\s?[:=>]| is)',
    label: `(?:your |this |the |current )?(?:unique )?(?:${OF_IDS}|${OF_OTHERS}) ?(?:id|uuid|identifier|token|key|hash)|(?:id|identifier) of (?:the|this|your) (?:current )?${OF_IDS}|nonce|trace ?parent`,
    value: shape.ID,
    isSaid: true,
  },
  {
    words: '[0-9a-f]{16}|-[0-9a-f]{12}|_[0-9a-z]{10}',
    label: `(?:current |this |your |the )?(?:${OF_IDS}|${OF_OTHERS}|(?<=has the |with the |with )(?:id|identifier))`,
    value: shape.SURE_ID,
  },
  {
    words: '(?:talking|speaking|chatting) ',
    label: `you are (?:now |currently )?(?:talking|speaking|chatting) (?:to|with) (?:the )?(?:user|customer)`,
    value: `#?(?:\\d{3,12}|${shape.SURE_ID})`,
  },
  {
    words: '[ _-](?:no\\b|number|count|index)|#',
    label: `(?:current |this is )?(?:${OF_IDS}|step|iteration|attempt)(?: (?:no\\.?|number|count|counter|index)| ?#)`,
    value: shape.COUNT,
  },
  {
    words: 'current[ _-]',
    label: `current (?:turn|step|iteration|round|attempt|request|message)`,
    value: shape.COUNT,
    isSaid: true,
    isLast: true,
  },
  {
    words: '(?:turn|iteration|attempt)["\'`*_]{0,3}(?: ?\\(|\\s?[:=>]| is)',
    label: `^(?:conversation |agent |dialog(?:ue)? )?(?:turn|iteration|attempt)`,
    value: shape.COUNT,
    isSaid: true,
    isLast: true,
  },
  {
    words: '(?:turn|iteration|round|request|message|attempt|retry)\\W{1,9}\\d',
    label: `^(?:turn|iteration|round|request|message|attempt|retry)`,
    value: shape.COUNT_OF,
    isLast: true,
  },
  { words: '\\bpid|seed', label: `pid|random seed`, value: shape.NUMBER, isSaid: true },
  {
    words: '(?:turn|step|iteration|round|attempt|request|message)\\W{1,9}\\d',
    label: `(?:this is|you are (?:now |currently )?(?:on|at|in)|it is)(?: the)? (?:turn|step|iteration|round|attempt|request|message)`,
    value: shape.COUNT,
    isLast: true,
  },
  {
    words: 'usage|used|left|remaining|so far|spent|consumed|made|count',
    label: `${COUNTED} (?:usage|used|left|remaining|so far|spent|consumed|made|count)|(?:remaining|used) ${COUNTED}`,
    value: shape.AMOUNTS,
    isSaid: true,
  },
  {
    words: 'budget|context|progress',
    label: `(?:${COUNTED} )?(?:budget|context(?: window)?)|progress`,
    value: shape.AMOUNT_OF,
    isSaid: true,
    isLast: true,
  },
  { words: 'you have', label: `^you have`, value: shape.AMOUNT_LEFT, isLast: true },
  {
    words: 'elapsed|up ?time|time[ _-](?:left|remaining|spent)|remaining[ _-]time',
    label: `(?:elapsed|remaining) time|time (?:elapsed|left|remaining|spent)|elapsed|up ?time`,
    value: shape.DURATION,
    isSaid: true,
  },
  {
    words: 'director|dir\\b|folder|[cp]wd|workspace|repo',
    label: `(?:the |your )?(?:(?:current|primary|working|project|root) ){1,3}(?:directory|dir|folder)|cwd|pwd|(?:workspace|repo|repository)(?: root| path| folder)?`,
    value: shape.PATH,
    isSaid: true,
  },
  {
    words: ' (?:in|at) ',
    label: `you (?:are |work )(?:now |currently )?(?:working |running )?in(?: the directory)?|(?:project|repo|repository|workspace) is (?:now |currently )?(?:located )?(?:in|at)`,
    value: shape.PATH,
  },
  {
    words: 'current[ _-](?:git[ _-])?branch',
    label: `(?:the )?current (?:git )?branch(?: name)?`,
    value: shape.BRANCH,
    isSaid: true,
  },
  {
    words: 'commit|git[ _-]head',
    label: `(?:current |last |latest )(?:git )?commit(?: hash| sha)?|git head`,
    value: shape.SHA,
    isSaid: true,
  },
  {
    words: 'on (?:the )?(?:git )?branch',
    label: `(?:you are|(?:repo|repository|project) is)(?: now| currently)? on (?:the )?(?:git )?branch`,
    value: shape.BRANCH,
    isLast: true,
  },
  { words: 'head|commit|rev|sha', label: `^(?:head|commit|revision|rev|sha)`, value: shape.SHA, isSaid: true },
  {
    words: 'branch',
    label: `^(?:git )?branch(?: name)?`,
    value: shape.BRANCH,
    isSaid: true,
  },
  {
    words: 'status|working[ _-]tree',
    label: `^(?:current )?(?:(?:git|repo|repository) ?)?(?:status|working tree)`,
    value: shape.TREE,
    isSaid: true,
    isLast: true,
  },
];
