/** Which table of models is in force, and whose tokens are counted by a file of the operator's. */
import { HeadroomError } from '../../core/errors.ts';
import { modelsInForce } from '../models.ts';
import type { Check, Finding } from './check.ts';

export const models: Check = {
  about: 'models',
  async look(config) {
    const { 'models-file': path, vocabulary } = config.values;
    try {
      const { own, table } = await modelsInForce(config);
      const count = `${table.names.length} entries`;
      const stated = own?.models?.length ?? 0;
      const what = path === undefined ? `${count}, all built in` : `${count}, ${stated} changed or added by ${path}`;
      const exact = vocabulary.map(
        (file): Finding => ({
          verdict: 'pass',
          about: 'vocabulary',
          what: `${file.tokenizer} is counted exactly, by ${file.path}`,
        }),
      );
      return [{ verdict: 'pass', about: 'models', what }, ...exact];
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      const advice = 'the proxy does not start with this: correct it';
      return [{ verdict: 'fail', about: 'models', what: error.message, advice }];
    }
  },
};
