/**
 * The view of a JUnit report: suites with what they say of themselves, every test that is not plainly without failure
 * verbatim, the others counted by class; of what was printed the first line of each kind that speaks of trouble.
 */
import type { Deadline } from '../../core/deadline.ts';
import { pickTrouble } from './printed-lines.ts';
import { type Element, type Item, scanXml } from './scan.ts';

const SUITE = /^testsuites?$/;
/** What a test may hold though nothing is wrong with it. */
const HARMLESS = /^(?:system-out|system-err|properties)$/;
const PRINTED = /^system-(?:out|err)$/;
const MAX_OTHER = 600;
const MAX_SKIPPED = 20;
const MAX_CLASSES = 200;
const SLOWEST = 3;
const TESTS_PER_CHECK = 512;

interface Passed {
  readonly name: string;
  readonly owner: string;
  readonly time: number;
}

/** Undefined when it is no report that is whole, or nothing would be left out. */
export function writeReportView(text: string, deadline: Deadline): string | undefined {
  const scanned = scanXml(text, deadline);
  if (!scanned || !SUITE.test(scanned.root.name)) return undefined;
  const view = new ReportView(text, deadline);
  view.suite(scanned.root, 0);
  if (view.left === 0) return undefined;
  const head =
    '[headroom: view of a test report in XML; tests that failed or hold anything but output are verbatim, others counted]';
  return [head, ...view.lines].join('\n');
}

class ReportView {
  readonly lines: string[] = [];
  left = 0;
  readonly #text: string;
  readonly #deadline: Deadline;

  constructor(text: string, deadline: Deadline) {
    this.#text = text;
    this.#deadline = deadline;
  }

  suite(element: Element, depth: number): void {
    this.#deadline.check();
    const lead = ' '.repeat(depth);
    this.lines.push(lead + this.#text.slice(element.start, element.contentStart));
    const tests = element.children?.filter(isTest) ?? [];
    for (const item of element.children ?? []) if (!isTest(item)) this.#beside(item, depth + 1);
    this.#tests(tests, `${lead} `);
  }

  #beside(item: Item, depth: number): void {
    const lead = ' '.repeat(depth);
    if (item.kind === 'element' && SUITE.test(item.name)) return this.suite(item, depth);
    const said = this.#text.slice(item.start, item.end);
    if (item.kind === 'element' && PRINTED.test(item.name)) return this.#printed(item, lead);
    if (item.kind === 'element' && item.name === 'properties' && said.length > MAX_OTHER) {
      this.left++;
      this.lines.push(`${lead}[left out: ${item.children?.length ?? 0} properties]`);
    } else this.lines.push(lead + said);
  }

  #printed({ name, contentStart, contentEnd }: Element, lead: string): void {
    const { kept, count } = pickTrouble(this.#text.slice(contentStart, contentEnd));
    if (count === 0) return;
    this.left += count - kept.length;
    const left = count - kept.length;
    this.lines.push(
      `${lead}${name}: ${left} of ${count} lines left out${kept.length > 0 ? ', not these:' : ''}`,
      ...kept,
    );
  }

  #tests(tests: readonly Element[], lead: string): void {
    const passed: Passed[] = [];
    const skipped: Element[] = [];
    let printed = 0;
    for (const [i, test] of tests.entries()) {
      if (i % TESTS_PER_CHECK === 0) this.#deadline.check();
      const holds = elementsOf(test);
      if (holds.every(({ name }) => HARMLESS.test(name)) && isPlain(this.#outer(test))) {
        passed.push(this.#passed(test));
        for (const one of holds) printed += this.#text.slice(one.start, one.end).split('\n').length;
      } else if (holds.length === 1 && holds[0]!.name === 'skipped') skipped.push(test);
      else this.#verbatim(test, lead);
    }
    this.#skipped(skipped, lead);
    if (passed.length > 0) this.#count(passed, printed, lead);
  }

  #verbatim({ start, end }: Element, lead: string): void {
    this.lines.push(lead + this.#text.slice(start, end));
  }

  /** Many that were skipped for the same reason say it once, with their names. */
  #skipped(skipped: readonly Element[], lead: string): void {
    if (skipped.length <= MAX_SKIPPED) {
      for (const test of skipped) this.#verbatim(test, lead);
      return;
    }
    const reasons = new Map<string, string[]>();
    for (const test of skipped) {
      const [why] = elementsOf(test);
      const reason = this.#text.slice(why!.start, why!.end);
      const { name, owner } = this.#passed(test);
      const names = reasons.get(reason) ?? [];
      names.push(owner === '' ? name : `${owner} ${name}`);
      reasons.set(reason, names);
    }
    for (const [reason, names] of reasons)
      this.lines.push(`${lead}${names.length} tests with ${reason}: ${names.join('; ')}`);
  }

  #count(passed: readonly Passed[], printed: number, lead: string): void {
    this.left += passed.length;
    const owners = new Map<string, number>();
    for (const { owner } of passed) owners.set(owner, (owners.get(owner) ?? 0) + 1);
    const said = [...owners]
      .slice(0, MAX_CLASSES)
      .map(([owner, count]) => (owner === '' ? `${count}` : `${owner} ${count}`));
    if (owners.size > said.length) said.push(`${owners.size - said.length} more classes`);
    const output = printed > 0 ? `, with ${printed} lines of output and properties` : '';
    this.lines.push(
      `${lead}[left out: ${passed.length} ${passed.length === 1 ? 'test' : 'tests'} without failure, error or skip${output}: ${said.join(', ')}]`,
    );
    const slow = passed.filter(({ time }) => time >= 1).sort((a, b) => b.time - a.time);
    if (slow.length > 0 && passed.length > SLOWEST)
      this.lines.push(
        `${lead}[of those slowest: ${slow
          .slice(0, SLOWEST)
          .map(({ name, time }) => `${name} ${time}`)
          .join(', ')}]`,
      );
  }

  #passed(test: Element): Passed {
    const tag = this.#outer(test);
    return { name: valueOf(tag, 'name'), owner: valueOf(tag, 'classname'), time: Number(valueOf(tag, 'time')) || 0 };
  }

  #outer({ start, contentStart }: Element): string {
    return this.#text.slice(start, contentStart);
  }
}

function isTest(item: Item): item is Element {
  return item.kind === 'element' && item.name === 'testcase';
}

function elementsOf({ children }: Element): readonly Element[] {
  return (children ?? []).filter((child) => child.kind === 'element');
}

/** Some runners say the outcome in an attribute of the test. */
function isPlain(tag: string): boolean {
  const said = valueOf(tag, 'result') || valueOf(tag, 'status');
  return said === '' || /^(?:pass(?:ed)?|success|run|completed|ok)$/i.test(said);
}

function valueOf(tag: string, attribute: string): string {
  const start = tag.indexOf(` ${attribute}="`);
  if (start < 0) return '';
  const from = start + attribute.length + 3;
  return tag.slice(from, tag.indexOf('"', from));
}
