import type { Obstacle } from '../../network/firewall/walk-hook.ts';

/** What a new connection to a published port meets, and from where. */
export interface PortObstacle extends Obstacle {
  readonly from: 'another machine' | 'this host';
}
