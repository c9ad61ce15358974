/** An instant of RFC 3339 in UTC as Go prints it, and so podman's and Docker's templates: `2026-01-02 03:04:05.6 +0000 UTC`. */
export function goTime(instant: string): string {
  const [day = '', time = ''] = instant.replace(/(\.\d*?)0*Z$/, '$1Z').split('T');
  return `${day} ${time.replace(/\.?Z$/, '')} +0000 UTC`;
}
