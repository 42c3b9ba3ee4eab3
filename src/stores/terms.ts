/** For how long and how much stores keep, where nobody says otherwise. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const IDLE_DAYS = 30;
export const MAX_BYTES: number = 2 * 2 ** 30;
/** Memory for what was read and written lately. */
export const SHELF_BYTES: number = 64 * 2 ** 20;
/** For how long entries of the ledger are kept. */
export const LEDGER_DAYS = 400;
/** Of the prompts with the same beginning, the latest count. */
export const PROMPTS_A_KEY = 32;
/** Learned rows, of all tenants: beyond this the known ones go on counting, and no new ones come. */
export const LEARNED_ROWS = 50_000;
export const SALT_BYTES = 16;
