/** An address as it may be told: a name and a password in it are nobody's business. */
export function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}
