/** A pid is given away again: what is recorded of a container never leads to a stranger. */
import { afterAll, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { until } from '../cli/until.ts';
import { ended } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

/**
 * Runs a script in a pid namespace of its own, in which pids can be chosen: `again PID` starts a stranger that gets it.
 * The stranger tells of every signal that reaches it.
 */
async function withChosenPids(script: string): Promise<string[]> {
  const stranger = `${attack.path}/stranger`;
  writeFileSync(
    stranger,
    '#!/bin/sh\nfor s in HUP INT TERM USR1 USR2 CONT; do trap "echo signalled $s" $s; done\nmkfifo $0.$$; exec 3<>$0.$$; rm $0.$$; echo ready >$1\nwhile :; do read -r _ <&3; done\n',
    { mode: 0o755 },
  );
  const prelude = `
again() {
  mkfifo "${attack.path}/ready"
  echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
  ${stranger} "${attack.path}/ready" &
  [ $! = $1 ] || echo "pid $! instead of $1"
  read -r _ <"${attack.path}/ready"
  rm "${attack.path}/ready"
}
gone() { while [ -e /proc/$1 ]; do wait $1 2>/dev/null; sleep 0.01; done; }
`;
  const words = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', prelude + script];
  const { out, err } = await ended(words);
  return (out + err).trimEnd().split('\n');
}

/** proc(5), stat field 22. Of `self`: of a process that is made now. */
function startTime(pid: number | 'self'): string {
  const stat =
    pid === 'self'
      ? Bun.spawnSync(['cat', '/proc/self/stat']).stdout.toString()
      : readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

test('limpid-runtime: kill, exec, pause, ps and delete see a container that has stopped', async () => {
  const limpid = quoted(runtime.words);
  const path = runtime.bundle('reused', ['sleep', '1000']);
  const lines = await withChosenPids(`
${limpid} run --detach --bundle ${path} --pid-file ${runtime.directory}/pid reused
pid=$(cat ${runtime.directory}/pid)
kill -9 $pid
gone $pid
again $pid
${limpid} state reused | grep -E '"(status|pid)"'
for command in 'kill reused TERM' 'kill reused KILL' 'exec reused true' 'ps reused' 'pause reused' 'start reused'; do
  ${limpid} $command 2>&1
done
${limpid} kill --all reused KILL 2>&1
${limpid} delete --force reused
kill -0 $pid && echo alive
kill -9 $pid
`);
  expect(lines).toEqual([
    '  "pid": 0,',
    '  "status": "stopped",',
    'cannot kill container "reused": container not running',
    'cannot kill container "reused": container not running',
    'cannot run a process in container "reused": container not running: it is stopped',
    'cannot list the processes of container "reused": container not running',
    'cannot pause container "reused": container not running or created: it is stopped',
    'cannot start container "reused": cannot start a container that has stopped',
    'alive',
  ]);
});

test('limpid-runtime: neither does a record that somebody changed', async () => {
  await runtime.says('create', '--bundle', runtime.bundle('changed', ['true']), 'changed');
  const { pid } = await runtime.state('changed');
  // A start time counts hundredths of a second: a stranger of the same one would be taken for it.
  await until('a hundredth of a second is over', () => startTime('self') !== startTime(pid));
  const stranger = Bun.spawn(['sleep', '1000']);
  const record = readFileSync(`${runtime.root}/changed/process`, 'utf8');
  writeFileSync(`${runtime.root}/changed/process`, record.replace(String(pid), String(stranger.pid)));
  expect((await runtime.run('kill', 'changed', 'KILL')).err).toBe(
    'cannot kill container "changed": container not running\n',
  );
  await runtime.says('delete', '--force', 'changed');
  expect(stranger.exitCode).toBeNull();
  expect(readFileSync(`/proc/${stranger.pid}/comm`, 'utf8')).toBe('sleep\n');
  stranger.kill('SIGKILL');
  await stranger.exited;
});

test('the engine: stop, kill and rm see a container that has stopped', async () => {
  const limpid = quoted(attack.command());
  const lines = await withChosenPids(`
${limpid} run -d --network none --name lab builtin:busybox sleep 1000 >/dev/null
pid=$(${limpid} inspect --format '{{.State.Pid}}' lab)
monitor=$(${limpid} inspect --format '{{.State.MonitorPid}}' lab)
kill -9 $monitor
gone $monitor
kill -9 $pid 2>/dev/null
gone $pid
again $pid
again $monitor
for command in 'kill lab' 'stop -t 0 lab' 'exec lab true' 'rm -f lab'; do ${limpid} $command >/dev/null 2>&1; echo $?; done
kill -0 $pid && kill -0 $monitor && echo alive
kill -9 $pid $monitor
`);
  expect(lines).toEqual(['125', '0', '125', '0', 'alive']);
});
