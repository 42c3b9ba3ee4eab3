/**
 * LangChain.js with Headroom: around any chat model, in agents, and for histories, retrievers and tools by themselves. Of
 * LangChain it loads `@langchain/core` and nothing else.
 */
export { HeadroomChatModel, type OfHeadroom, type SavingsSummary } from './chat-model.ts';
export { type DocumentCompressorOptions, HeadroomDocumentCompressor } from './documents.ts';
export { HeadroomChatMessageHistory, type HistoryLike, type HistoryOptions } from './history.ts';
export { headroomMiddleware } from './middleware.ts';
export { type ToolOptions, wrapToolsWithHeadroom } from './tools.ts';
