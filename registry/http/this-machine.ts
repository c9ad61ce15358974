/** Whether a host name, as URLs spell them, is this machine's loopback: nobody else hears what is sent there. */
export function isThisMachine(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return hostname.startsWith('127.') && isAddress(hostname);
}

/** Four numbers; URLs have no other spelling of an IPv4 address. */
function isAddress(hostname: string): boolean {
  const parts = hostname.split('.');
  return parts.length === 4 && parts.every((part) => part !== '' && !Number.isNaN(Number(part)));
}
