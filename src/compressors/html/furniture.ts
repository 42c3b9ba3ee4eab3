/** Tells what a page is about from what stands around it on every page: menus, footers, banners, and what is hidden. */
import { type Element, find } from './tree.ts';

const TAGS: ReadonlySet<string> = new Set(['nav', 'footer', 'aside', 'header', 'menu']);
const ROLES: ReadonlySet<string> = new Set([
  'navigation',
  'contentinfo',
  'complementary',
  'banner',
  'search',
  'menu',
  'menubar',
  'dialog',
]);
const NAMES =
  /(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|side-bar|footer|breadcrumbs?|cookies?|consent|newsletter|advert(?:isement)?|social|share|related|toc|table-of-contents|pagination|pager|skip-?link|masthead|toolbar|dropdown|modal|navbox)(?:$|[\s_-])/i;
/** Names say little; that most of the text is links says the rest. */
const MIN_LINKS = 5;
const MIN_LINK_SHARE = 0.6;
/** Of the text of the page: what holds more is what the page is about, whatever it is called. */
const MAX_SHARE = 0.5;

/** What the element is called when only its size is said; undefined when it is to be read. */
export function furnitureName(element: Element, isInMain: boolean, pageLength: number): string | undefined {
  const { tag, links, textLength } = element;
  if (textLength === 0) return undefined;
  if (isHidden(element)) return 'hidden';
  const isMost = textLength >= pageLength * MAX_SHARE;
  if (tag === 'footer' && !isInMain && !isMost) return tag;
  const isLinky = links >= MIN_LINKS && element.linkLength >= textLength * MIN_LINK_SHARE;
  if ((tag === 'header' && isInMain) || (!isLinky && tag !== 'nav')) return undefined;
  return TAGS.has(tag) ? tag : calledName(element, isMost);
}

function calledName({ attributes }: Element, isMost: boolean): string | undefined {
  const role = attributes['role'] ?? '';
  if (ROLES.has(role)) return role;
  const name = NAMES.exec(`${attributes['class'] ?? ''} ${attributes['id'] ?? ''}`);
  return name && !isMost ? name[0].replaceAll(/^[\s_-]+|[\s_-]+$/g, '').toLowerCase() : undefined;
}

/** Code in tabs that are not chosen is to be read all the same. */
function isHidden(element: Element): boolean {
  const { attributes } = element;
  if (!('hidden' in attributes) && !/display:\s*none/i.test(attributes['style'] ?? '')) return false;
  return attributes['role'] !== 'tabpanel' && find(element, 'pre') === undefined;
}
