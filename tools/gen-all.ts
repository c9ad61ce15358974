/** Writes every generated file that is not checked in. Builds, type checks and tests need it first. */
await import('./gen-native-ops.ts');
await import('./gen-seccomp-default.ts');
