/** Writes every generated file that is not checked in. Builds, type checks and tests need it first. */
import './gen-native-ops.ts';
import './gen-seccomp-default.ts';
import './gen-command-words.ts';
