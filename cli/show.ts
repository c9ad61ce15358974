import { prepareLaunch } from '../engine/containers/prepare.ts';
import { previewNetworks } from '../engine/networks/prepare.ts';
import { resolveSeccomp } from '../engine/containers/seccomp.ts';
import { containerPaths } from '../engine/records/paths.ts';
import type { ContainerConfig } from '../engine/config.ts';
import { describePlan, scriptPlan, type Plan } from '../engine/plans.ts';
import type { World } from '../engine/world.ts';
import { callerTerminal } from '../engine/foreground.ts';
import type { Output } from './output.ts';

export type Shown = 'config' | 'spec' | 'plan' | 'script';

/** Prints one stage of a launch instead of launching. */
export async function showLaunch(world: World, config: ContainerConfig, stage: Shown, output: Output): Promise<number> {
  if (stage === 'config') return showJson(config, output);
  const paths = containerPaths(world, config.id, config.autoRemove);
  const size = config.terminal ? callerTerminal() : undefined;
  const networks = await previewNetworks(world, config, paths);
  const { spec, plan } = await prepareLaunch(world, config, paths, {
    ...(size && { size }),
    ...(networks && { networks }),
    chosen: resolveSeccomp,
  });
  return stage === 'spec' ? showJson(spec, output) : showPlan(plan, stage, output);
}

export async function showPlan(plan: Plan, stage: 'plan' | 'script', output: Output): Promise<number> {
  await output.out(stage === 'plan' ? describePlan(plan) : scriptPlan(plan));
  return 0;
}

export async function showJson(value: unknown, output: Output): Promise<number> {
  await output.out(`${JSON.stringify(value, null, 2)}\n`);
  return 0;
}
