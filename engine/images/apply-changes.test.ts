import { expect, test } from 'bun:test';
import { applyChanges } from './apply-changes.ts';

test.each([
  ['CMD ["sh","-c"]', { Cmd: ['sh', '-c'] }],
  ['CMD=top -b', { Cmd: ['/bin/sh', '-c', 'top -b'] }],
  ['entrypoint ["/init"]', { Entrypoint: ['/init'] }],
  ['ENV A=b C="d e"', { Env: ['PATH=/bin', 'A=b', 'C=d e'] }],
  ['ENV PATH /usr/bin /x', { Env: ['PATH=/usr/bin /x'] }],
  ['EXPOSE 80 53/udp', { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }],
  ['EXPOSE 80/TCP 1-3/Udp 7-7', { ExposedPorts: { '80/tcp': {}, '1-3/udp': {}, '7/tcp': {} } }],
  [String.raw`LABEL a.b="x \"y\"" c='\n'`, { Labels: { 'a.b': 'x "y"', c: String.raw`\n` } }],
  ['ONBUILD RUN true', { OnBuild: ['RUN true'] }],
  ['STOPSIGNAL SIGINT', { StopSignal: 'SIGINT' }],
  ['USER 1000:1000', { User: '1000:1000' }],
  ['VOLUME /data /cache', { Volumes: { '/data': {}, '/cache': {} } }],
  ['VOLUME ["/a b"]', { Volumes: { '/a b': {} } }],
  ['WORKDIR sub', { WorkingDir: '/srv/sub' }],
])('%s', (change, wanted) => {
  const before = { Env: ['PATH=/bin'], WorkingDir: '/srv' };
  expect(applyChanges(before, [change])).toEqual({ ...before, ...wanted });
});

test.each([
  [
    'RUN true',
    'it begins with none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR',
  ],
  ['CMD', 'nothing follows the instruction'],
  ['CMD ["sh"', 'what follows is no JSON list of texts'],
  ['ENV A', 'KEY=VALUE is wanted'],
  ['LABEL a="b', 'a " is not closed'],
  ['EXPOSE 80000', '"80000" is no port'],
  ['EXPOSE 0', '"0" is no port'],
  ['EXPOSE 3-1/tcp', '"3-1/tcp" is no port'],
  ['STOPSIGNAL SIGNOT', 'there is no signal "SIGNOT"'],
])('refuses %s', (change, why) => {
  expect(() => applyChanges({}, [change])).toThrow(`cannot apply change ${JSON.stringify(change)}: ${why}`);
});
