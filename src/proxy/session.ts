/** Whose request it is, as the proxy asks it. */
export { tenantOf } from '../core/tenant.ts';
