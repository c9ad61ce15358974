import { optionError } from './parse/option-error.ts';

const SIGNING = ['sign-by', 'sign-by-sigstore-private-key', 'sign-passphrase-file'] as const;

/** Throws EOPTION for what would have a signature made. */
export function refuseSigning(options: { readonly [Name in (typeof SIGNING)[number]]?: string | undefined }): void {
  for (const option of SIGNING)
    if (options[option] !== undefined) throw optionError(`--${option}`, 'limpid signs nothing', 'sign with skopeo');
}
