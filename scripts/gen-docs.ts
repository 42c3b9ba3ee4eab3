/** Writes the pages under docs/ that are made from tables in the source. */
import { writeFileSync } from 'node:fs';
import { renderDocs } from './render-docs.ts';

for (const { path, text } of renderDocs()) writeFileSync(new URL(`../${path}`, import.meta.url), text);
