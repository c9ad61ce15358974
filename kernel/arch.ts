/** The machine's architecture in the kernel's words. */
export const hostArch: 'x86_64' | 'aarch64' = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
