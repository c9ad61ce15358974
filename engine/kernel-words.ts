/** Kernel words as users write them, for the faces, which do not import abi/ themselves. */
export { ALL_CAPABILITIES, capabilityNames, parseCapability } from '../abi/capability.ts';
export { parseRlimitName } from '../abi/flags/rlimit.ts';
export { parseAddress } from '../abi/ip/address.ts';
export { parseSignal, signalName } from '../abi/signal.ts';
export { TICKS_PER_SECOND, uptimeS } from '../kernel/clock.ts';
