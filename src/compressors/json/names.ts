/** How the columns of a table are called inside the table: by the shortest end of their path that is theirs alone. */
import { isReferable } from './slots/index.ts';

type Path = readonly (string | number)[];

const EDGES = /[{}<>«»\s",]/;

export function namesFor(paths: readonly Path[]): readonly string[] {
  const endings = new Map<string, number>();
  for (const path of paths) {
    for (let from = 0; from < path.length; from++) {
      const ending = spell(path.slice(from));
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  }
  const taken = new Set<string>();
  return paths.map((path, at) => {
    let name = spell(path);
    for (let from = path.length - 1; from >= 0; from--) {
      const ending = spell(path.slice(from));
      if (endings.get(ending) === 1 && typeof path[from] === 'string') {
        name = ending;
        break;
      }
    }
    if (EDGES.test(name) || !isReferable(name) || taken.has(name)) name = `column ${at + 1}`;
    taken.add(name);
    return name;
  });
}

function spell(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
