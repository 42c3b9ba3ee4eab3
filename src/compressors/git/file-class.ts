/** What a changed file is to a reader: source, a test, a text, or made by a program. */

export type FileClass = 'source' | 'test' | 'text' | 'lock' | 'made';

const LOCK =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|Cargo\.lock|go\.sum|composer\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|Gemfile\.lock|mix\.lock|pubspec\.lock|flake\.lock|Podfile\.lock|packages\.lock\.json|deno\.lock)$/;
const MADE =
  /(?:^|\/)(?:dist|vendor|node_modules|third_party|__snapshots__|generated)\/|\.min\.(?:js|css)$|\.(?:map|snap|svg|lock|pb\.go|pb\.cc|pb\.h|g\.dart)$|_pb2(?:_grpc)?\.pyi?$|\.generated\.\w+$/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|spec|e2e|testdata|fixtures?)\/|[._-](?:test|spec|tst)s?\.\w+$|(?:^|\/)test_[^/]*$|_test\.\w+$|Tests?\.\w+$/;
const TEXT = /\.(?:md|mdx|markdown|rst|txt|adoc|html|csv|tsv|jsonl|ipynb)$|(?:^|\/)(?:CHANGELOG|NEWS|HISTORY)[^/]*$/i;

export function classify(path: string): FileClass {
  if (LOCK.test(path)) return 'lock';
  if (MADE.test(path)) return 'made';
  if (TEST.test(path)) return 'test';
  return TEXT.test(path) ? 'text' : 'source';
}
