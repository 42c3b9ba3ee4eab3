/** The root of the package: the library, and the wrappers of vendors' clients. Importing it loads next to nothing. */
export { type ErrorCode, HeadroomError } from './core/errors.ts';
export type { Level } from './core/compressor.ts';
export type { JsonObject, JsonValue } from './core/json/value.ts';
export type { StoreSettings } from './core/stores.ts';
export type { Tokenizer, VocabularyFile } from './core/tokenizer.ts';
export type { ToolRule } from './core/tool-rule.ts';
export { type CallOptions, compress, retrieve, simulate } from './sdk/compress.ts';
export { Headroom, type Savings, type Selection } from './sdk/headroom.ts';
export type {
  CompressOptions,
  HeadroomOptions,
  Hooks,
  LibraryStore,
  OutcomeEvent,
  ProposedEdit,
  RequestEvent,
} from './sdk/options.ts';
export { type CodeLanguage, isCodeLanguage, outline } from './sdk/outline.ts';
export {
  type CompressedMessages,
  type CompressedRequest,
  CompressedText,
  type Decision,
  type Figures,
  type Simulation,
} from './sdk/results.ts';
export type { RetrieveTool } from './sdk/retrieve-tool.ts';
export type { MessageLike, RequestLike } from './sdk/shapes.ts';
export {
  type ContextEntry,
  SharedContext,
  type SharedContextOptions,
  type SharedContextStats,
} from './sdk/shared-context.ts';
export { loadVocabulary } from './sdk/vocabulary.ts';
export { type ClientOptions, type Fetch, headroomFetch } from './integrations/fetch.ts';
export { headroomOf, withHeadroom } from './integrations/with-headroom.ts';
