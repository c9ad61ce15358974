import { LimpidError } from '../../base/error.ts';
import { openFile } from '../../kernel/open-file.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import { blobPath, layerDirectory, type StorePlace } from '../place.ts';
import { ArchiveIntake } from './archive-intake.ts';
import { BlobIntake } from './blob-intake.ts';
import { UNLIMITED } from './budget.ts';
import { type LayerDamage, TreeComparison } from './compare-tree.ts';
import { hasLayer } from './layer.ts';
import { pump } from './pump.ts';
import { fileStream } from './receive-layer.ts';

export interface VerifyRequest {
  readonly descriptor: Pick<Descriptor, 'digest'>;
  readonly diffId: Digest;
}

/**
 * Reads a layer's blob again, checks both digests, and compares every file with what the archive says. Empty where all is
 * as it was pulled; else the first damages, each to be read behind its path.
 */
export async function verifyLayer(
  place: StorePlace,
  { descriptor, diffId }: VerifyRequest,
): Promise<readonly LayerDamage[]> {
  const file = openFile(blobPath(place, descriptor.digest));
  const damages: LayerDamage[] = [];
  if (!hasLayer(place, diffId)) damages.push({ what: 'the unpacked layer is missing' });
  if (file === undefined) return [...damages, { what: `blob ${descriptor.digest} is missing` }];
  const whole = { ...descriptor, mediaType: '', size: file.sizeBytes() };
  const comparison = damages.length > 0 ? undefined : new TreeComparison(`${layerDirectory(place, diffId)}/diff`);
  try {
    const request = { descriptor: whole, diffId, name: '', open: () => Promise.resolve(fileStream(file)) };
    await pump(request, new BlobIntake(whole), new ArchiveIntake(diffId, UNLIMITED, comparison));
    damages.push(...(comparison?.finish() ?? []));
  } catch (error) {
    comparison?.close();
    if (!(error instanceof LimpidError)) throw error;
    damages.push({ what: `blob ${descriptor.digest} is damaged: ${error.message}` });
  } finally {
    file.close();
  }
  return damages;
}
