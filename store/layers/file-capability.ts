/** linux/capability.h, struct vfs_ns_cap_data: magic and flags, four words of masks, and with revision 3 whose root it is. */
const V2_BYTES = 20;
const V3_BYTES = 24;
const REVISION_MASK = 0xff000000;
const REVISION_2 = 0x02000000;
const REVISION_3 = 0x03000000;

export const CAPABILITY_XATTR = 'security.capability';

/**
 * A file capability as the container sees it: one that a user namespace's root has given is an ordinary one there.
 * `insideId` maps ids of the host to the container's. Anything else stays as it is.
 */
export function capabilityInside(value: Uint8Array, insideId: (id: number) => number): Uint8Array {
  if (value.length !== V3_BYTES) return value;
  const view = new DataView(Uint8Array.from(value).buffer);
  const magic = view.getUint32(0, true);
  if ((magic & REVISION_MASK) >>> 0 !== REVISION_3) return value;
  const root = insideId(view.getUint32(V2_BYTES, true));
  view.setUint32(V2_BYTES, root, true);
  if (root !== 0) return new Uint8Array(view.buffer);
  view.setUint32(0, (REVISION_2 | (magic & ~REVISION_MASK)) >>> 0, true);
  return new Uint8Array(view.buffer, 0, V2_BYTES);
}
