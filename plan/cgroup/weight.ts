/**
 * cpu.weight (1..10000) for v1's cpu.shares (2..262144), by the linear formula of the OCI runtimes:
 * 1 + (shares - 2) * 9999 / 262142. Shares beyond the range count as its ends, as the kernel takes them on v1.
 */
export function cpuWeight(shares: number): number {
  const clamped = Math.min(Math.max(shares, 2), 262144);
  return 1 + Math.floor(((clamped - 2) * 9999) / 262142);
}

/** io.weight (1..10000) for the OCI's blkio weight (10..1000): 1 + (weight - 10) * 9999 / 990. */
export function ioWeight(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}
