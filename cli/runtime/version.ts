import { engineVersion } from '../../engine/version.ts';
import { OCI_VERSION, RUNTIME_FEATURE_WORDS } from '../../runtime/features.ts';
import { RuntimeWorld } from '../../runtime/runtime-world.ts';
import type { Output } from '../output.ts';

/** In the form of crun, which callers parse. */
export async function printVersion(output: Output): Promise<number> {
  const { version, gitCommit } = engineVersion();
  const words = RUNTIME_FEATURE_WORDS.map((word) => `+${word}`).join(' ');
  const commit = gitCommit === '' ? '' : `commit: ${gitCommit}\n`;
  await output.out(
    `limpid-runtime version ${version}\n${commit}rundir: ${new RuntimeWorld().root}\nspec: ${OCI_VERSION}\n${words}\n`,
  );
  return 0;
}
