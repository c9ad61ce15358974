import { LimpidError } from '../../base/error.ts';
import type { ArchiveIntake } from './archive-intake.ts';
import type { BlobIntake } from './blob-intake.ts';
import type { LayerRequest } from './receive-layer.ts';

/** Faults of the bytes themselves: who has sent other bytes than were asked for explains them. */
const FAULTS_OF_CONTENT = ['ETAR', 'ECOMPRESSION', 'EDIFFID'];

/**
 * Leads a blob's bytes through both intakes as they come. Where the content is at fault, the rest is hashed all the same: a
 * wrong digest or size is then what is told.
 */
export async function pump(request: LayerRequest, blob: BlobIntake, archive: ArchiveIntake): Promise<void> {
  const { signal, received } = request;
  const reader = (await request.open()).getReader();
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel);
  let fault: LimpidError | undefined;
  let taken = Promise.resolve();
  const guarded = async (step: Promise<void>): Promise<void> => {
    try {
      await step;
    } catch (error) {
      if (!(error instanceof LimpidError) || !FAULTS_OF_CONTENT.includes(error.code)) throw error;
      fault = error;
    }
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      if (value.length === 0) continue;
      blob.take(value);
      received?.(value.length);
      // Hashed and written while other threads still decompress what came before.
      await taken;
      if (fault !== undefined) continue;
      taken = guarded(archive.take(value));
      // Nobody waits for a network that has no more to say in this.
      taken.catch(cancel);
    }
    await taken;
    if (fault === undefined) await guarded(archive.end());
    blob.check();
    if (fault !== undefined) throw fault;
  } catch (error) {
    archive.destroy();
    cancel();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
