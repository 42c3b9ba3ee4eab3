/** The stores that the configuration means, for the commands that look into them. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import { HeadroomError } from '../core/errors.ts';
import { type StoreSettings, type Stores, storeKindOf } from '../core/stores.ts';
import { checkStores, openStores } from '../stores/index.ts';
import { readKeyFile } from '../stores/key-file.ts';
import { warn } from './terminal.ts';

/** Longest wait for a Redis: nobody else waits for a command. */
const WAIT_MS = 5_000;

/** @throws HeadroomError BAD_OPTION when there is no key where one is said to be. */
export function storeSettings({ values, storeLogin }: Config): StoreSettings {
  const keyFile = values['store-key-file'];
  return {
    maxBytes: values['store-max-mb'] * 1_048_576,
    idleDays: values['store-days'],
    login: storeLogin,
    key: keyFile === undefined ? undefined : readKeyFile(keyFile),
  };
}

/** Whoever only looks removes nothing: the limits may be flags of the proxy. */
const NO_LIMITS: StoreSettings = { maxBytes: Number.MAX_SAFE_INTEGER, idleDays: 36_500 };

/** @throws HeadroomError BAD_OPTION for a missing or wrong key. */
export function openConfiguredStores(config: Config): Stores {
  const { storePath: path } = config;
  const limits = storeKindOf(path) === 'sqlite' ? NO_LIMITS : {};
  const settings = { path, ...storeSettings(config), ...limits, waitMs: WAIT_MS };
  checkStores(settings);
  return openStores({ ...settings, warn });
}

/** Opening a database that is not there would make one: looking must not. */
export function isStoreThere({ storePath }: Config): boolean {
  return storePath !== undefined && (storeKindOf(storePath) === 'redis' || existsSync(storePath));
}

/** @throws HeadroomError NOT_FOUND where nothing is kept that could be looked into. */
export function existingStore(config: Config): string {
  const { storePath, sources } = config;
  if (storePath === undefined) {
    throw new HeadroomError(
      'NOT_FOUND',
      `the store is in memory (${sources.store}): only the running proxy has its originals; choose --store sqlite`,
    );
  }
  if (!isStoreThere(config)) {
    throw new HeadroomError('NOT_FOUND', `there is no store at ${storePath}, so nothing is kept here; check --home`);
  }
  return storePath;
}
