/** SIGKILL to one process; one that is gone already is fine. To 0, which nobody has, it would go to our own group. */
export function kill(pid: number): void {
  if (!(pid > 1)) throw new Error(`there is no process ${pid} to kill`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}
