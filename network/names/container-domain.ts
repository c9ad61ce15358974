/** Names below it are containers' alone; it is the first search domain of containers that are found by name. */
export const CONTAINER_DOMAIN = 'dns.limpid';
