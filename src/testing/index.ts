/** For authors of compressors, formats and stores: the contract suites that ours pass, and a scripted provider to talk to. */
export {
  type CompressorContractRunner,
  type CompressorFixture,
  compressorContract,
  readFixtures,
} from './compressor-contract.ts';
export {
  type FormatFixtures,
  type RequestFixture,
  type ResponseFixture,
  type TestTools,
  formatContract,
} from './format-contract.ts';
export {
  type RecordedRequest,
  type Script,
  type ScriptedCall,
  type ScriptedProvider,
  type ScriptSource,
  startScriptedProvider,
} from './scripted-provider.ts';
export { type StoreContractRunner, storesContract } from './store-contract.ts';
