import { OCI_VERSION } from '../spec/spec-from-config.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { InspectFacts } from './facts.ts';

/** Go's zero time: what podman and docker print where something has not happened. */
const NEVER = '0001-01-01T00:00:00Z';

/** `State`. */
export function stateSection({ config, state, live }: InspectFacts) {
  const monitorPid = state.monitor?.pid ?? 0;
  return {
    OciVersion: OCI_VERSION,
    Status: state.status,
    Running: state.status === 'running',
    Paused: state.status === 'paused',
    Restarting: false,
    OOMKilled: state.oomKilled,
    Dead: false,
    Pid: state.process?.pid ?? 0,
    // podman's name for who watches, and ours.
    ConmonPid: monitorPid,
    MonitorPid: monitorPid,
    ExitCode: state.exitCode ?? 0,
    Error: state.error ?? '',
    StartedAt: state.startedAt ?? NEVER,
    FinishedAt: state.finishedAt ?? NEVER,
    Health: { Status: '', FailingStreak: 0, Log: null },
    CgroupPath: cgroupPath(config),
    CheckpointedAt: NEVER,
    RestoredAt: NEVER,
    Namespaces: live?.namespaces ?? {},
  };
}
