/** Where requests can go; a path that several vendors have goes to the first that claims it. */
import type { Backend } from '../core/backend.ts';
import { anthropic } from './anthropic.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';

export const backends: readonly Backend[] = [anthropic, gemini, openai];
