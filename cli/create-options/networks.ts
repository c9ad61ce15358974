import { parseAddress } from '../../abi/ip/address.ts';
