/** The agents that can be wrapped, in the order of the help. */
import type { Agent } from '../agent.ts';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { cline } from './cline.ts';
import { codex } from './codex.ts';
import { continueAgent } from './continue.ts';
import { copilot } from './copilot.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import { goose } from './goose.ts';
import { opencode } from './opencode.ts';

export const AGENTS: readonly Agent[] = [
  claude,
  codex,
  gemini,
  opencode,
  aider,
  goose,
  copilot,
  cline,
  continueAgent,
  cursor,
];
