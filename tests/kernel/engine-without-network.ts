import type { RunOptions } from '../../engine/containers/run.ts';
import { Engine, type ContainerRequest } from '../../engine/index.ts';

/** Whose containers are on no network, unless they ask: these tests leave those of the machine alone. */
export class EngineWithoutNetwork extends Engine {
  override create(request: ContainerRequest) {
    return super.create({ networks: [], ...request });
  }

  override run(request: ContainerRequest, options?: RunOptions) {
    return super.run({ networks: [], ...request }, options);
  }

  override converse(request: ContainerRequest, options?: RunOptions) {
    return super.converse({ networks: [], ...request }, options);
  }
}
