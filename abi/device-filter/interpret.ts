import { EBPF, type EbpfInstruction } from './instruction.ts';

/** What the kernel asks a device filter: struct bpf_cgroup_dev_ctx. */
export interface DeviceContext {
  /** BPF_DEVCG_ACC_* << 16 | BPF_DEVCG_DEV_*. */
  readonly accessType: number;
  readonly major: number;
  readonly minor: number;
}

/** Runs a device filter and returns whether it allows the access. Throws RangeError for what filters do not use. */
export function interpretDeviceFilter(program: readonly EbpfInstruction[], context: DeviceContext): boolean {
  const registers = new BigUint64Array(11);
  const words = [context.accessType, context.major, context.minor];
  for (let pc = 0; pc < program.length; pc++) {
    const { code, destination, source, offset, immediate } = program[pc]!;
    const value = registers[destination]!;
    // Immediates are sign-extended to 64 bits.
    const constant = BigInt.asUintN(64, BigInt(immediate));
    switch (code) {
      case EBPF.LOAD_WORD: {
        const word = words[offset / 4];
        if (source !== 1 || word === undefined) throw new RangeError(`instruction ${pc} loads from outside`);
        registers[destination] = BigInt(word >>> 0);
        break;
      }
      case EBPF.MOVE:
        registers[destination] = constant;
        break;
      case EBPF.MOVE_REGISTER:
        registers[destination] = registers[source]!;
        break;
      case EBPF.AND:
        registers[destination] = value & constant;
        break;
      case EBPF.SHIFT_RIGHT:
        registers[destination] = value >> constant;
        break;
      case EBPF.JUMP_EQUAL:
        if (value === constant) pc += offset;
        break;
      case EBPF.JUMP_NOT_EQUAL:
        if (value !== constant) pc += offset;
        break;
      case EBPF.EXIT:
        return registers[0] !== 0n;
      default:
        throw new RangeError(`instruction ${pc} has the unknown code 0x${code.toString(16)}`);
    }
  }
  throw new RangeError('the eBPF program ends without an exit');
}
