/** The rooms of DESIGN.md: which may import which. Type-only imports count. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  abi: ['base'],
  spec: ['base'],
  plan: ['base', 'abi', 'spec'],
  kernel: ['base', 'abi', 'plan'],
  runtime: ['base', 'abi', 'spec', 'plan', 'kernel'],
  store: ['base', 'abi', 'spec', 'plan', 'kernel'],
  registry: ['base', 'spec'],
  network: ['base', 'abi', 'spec', 'plan', 'kernel'],
  anatomy: ['base', 'abi', 'plan', 'kernel'],
  engine: ['base', 'abi', 'spec', 'plan', 'kernel', 'runtime', 'store', 'registry', 'network', 'anatomy'],
  cli: ['base', 'spec', 'engine', 'anatomy', 'runtime'],
};

/** Rooms without a clock, random numbers, an environment or files: what they answer depends on what they are told. */
export const PURE_ROOMS: readonly string[] = ['abi', 'spec', 'plan'];

/** Rooms of other languages: a README, no imports. */
export const OTHER_ROOMS: readonly string[] = ['native'];
