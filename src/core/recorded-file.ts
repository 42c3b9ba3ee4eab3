/**
 * What the path of a file says of how it came about: recorded by a program as it ran, or written by people of another
 * project. Neither is changed by naming its lines.
 */

/** Transcripts, logs, output of runs, locks, maps, minified code, states of tools. */
const RECORDED_ENDING =
  /\.(?:jsonl|ndjson|log|out|output|stdout|stderr|trace|har|lock|lockfile|sum|map|min\.(?:js|css|mjs|cjs)|bundle\.js|tfstate|tsbuildinfo)$/i;
const RECORDED_NAME = /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.ya?ml|Package\.resolved)$/;
/** Folders that a package manager, a build or an operating system fills. */
const FOREIGN_FOLDER =
  /(?:^|[\\/])(?:node_modules|bower_components|site-packages|dist-packages|\.?venv|vendor|third[_-]party|deps|Pods|_build|dist|\.next|\.nuxt|\.svelte-kit|target[\\/](?:debug|release|classes|generated-sources)|\.cargo[\\/](?:registry|git)|\.rustup|go[\\/]pkg[\\/]mod|\.m2|\.gradle|\.nuget|\.bundle)[\\/]|^\/usr\/(?:lib|include|share)\//;

export function isRecordedPath(path: string): boolean {
  return RECORDED_ENDING.test(path) || RECORDED_NAME.test(fileNameOf(path));
}

export function isForeignPath(path: string): boolean {
  return FOREIGN_FOLDER.test(path);
}

export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
