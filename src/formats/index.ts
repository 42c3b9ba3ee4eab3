/** The wire formats. A body that comes without a path is of the first that recognizes it. */
import type { WireFormat } from '../core/wire-format.ts';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { gemini } from './gemini/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiResponses } from './openai-responses/format.ts';

export const formats: readonly WireFormat[] = [anthropicMessages, openaiChat, openaiResponses, gemini];
