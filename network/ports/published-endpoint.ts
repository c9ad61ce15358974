import type { Endpoint } from '../../spec/network.ts';

/** The one of a container's endpoints that its published ports lead to: the first on a bridge. */
export function publishedEndpoint(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ network }) => network.driver === 'bridge');
}
