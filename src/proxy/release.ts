/** Which release this is. */
import manifest from '../../package.json' with { type: 'json' };

export const release: { readonly version: string } = { version: manifest.version };
