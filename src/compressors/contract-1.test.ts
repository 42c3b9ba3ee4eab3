import { testPart } from './contract.fixture.ts';

await testPart(import.meta.filename);
