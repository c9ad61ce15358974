import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import { signalName } from '../../engine/kernel-words.ts';
import { groupOptions } from '../parse/option.ts';

/** What runs, as whom, and with which environment. */
export const PROCESS_OPTIONS = groupOptions('The process', {
  entrypoint: {
    type: 'string',
    value: 'COMMAND|JSON',
    help: 'Put this before the command; a JSON array for several words',
  },
  env: { type: 'array', short: 'e', value: 'NAME[=VALUE]', help: 'Set a variable; without a value take it from here' },
  'env-file': { type: 'slice', value: 'FILE', completion: 'file', help: 'Read variables from a file' },
  'env-host': { type: 'bool', help: 'Pass on every variable of this environment' },
  'env-merge': { type: 'array', value: 'NAME=VALUE', help: 'Set a variable in which ${NAME} is the value it had' },
  unsetenv: { type: 'array', value: 'NAME', help: 'Leave a default variable out' },
  'unsetenv-all': { type: 'bool', help: 'Leave all default variables out' },
  'http-proxy': { type: 'bool', default: true, help: 'Pass on http_proxy, https_proxy, ftp_proxy and no_proxy' },
  user: {
    type: 'string',
    short: 'u',
    value: 'USER[:GROUP]',
    completion: 'user',
    help: 'Run as this user, by name or number',
  },
  'group-add': { type: 'slice', value: 'GROUP', help: 'Add a supplementary group' },
  workdir: { type: 'string', short: 'w', value: 'DIR', help: 'Start in this directory of the container' },
  umask: {
    type: 'string',
    default: DEFAULT_CONFIG.umask.toString(8).padStart(4, '0'),
    value: 'OCTAL',
    help: 'Mode bits that new files do not get',
  },
  tty: { type: 'bool', short: 't', help: 'Give it a terminal' },
  interactive: { type: 'bool', short: 'i', help: 'Keep its standard input open' },
  init: { type: 'bool', help: 'Run it under a small init that reaps and forwards signals' },
  ulimit: { type: 'slice', value: 'NAME=SOFT[:HARD]', help: 'Set a resource limit, such as nofile=1024:2048' },
  'oom-score-adj': { type: 'int', value: 'NUMBER', help: 'How readily the kernel kills it for memory (-1000 to 1000)' },
  tz: { type: 'string', value: 'ZONE', help: 'Time zone, such as Europe/Berlin, or "local"' },
});

/** The container itself: its name, its life, its log. */
export const LIFE_OPTIONS = groupOptions('The container', {
  name: { type: 'string', value: 'NAME', help: 'Name it; otherwise a name is made up' },
  replace: { type: 'bool', help: 'Remove the container that has this name first' },
  rm: { type: 'bool', help: 'Remove it when it exits' },
  label: { type: 'array', short: 'l', value: 'KEY[=VALUE]', help: 'Attach a label' },
  'label-file': { type: 'slice', value: 'FILE', completion: 'file', help: 'Read labels from a file' },
  annotation: { type: 'slice', value: 'KEY=VALUE', help: 'Add an annotation to the runtime spec' },
  restart: { type: 'string', value: 'POLICY', help: 'Start again: no, always, on-failure[:TIMES], unless-stopped' },
  'stop-signal': {
    type: 'string',
    default: signalName(DEFAULT_CONFIG.stopSignal),
    value: 'SIGNAL',
    completion: 'signal',
    help: 'What "stop" sends first',
  },
  'stop-timeout': {
    type: 'uint',
    default: DEFAULT_CONFIG.stopTimeoutS,
    value: 'SECONDS',
    help: 'How long "stop" waits before it kills',
  },
  timeout: {
    type: 'uint',
    default: DEFAULT_CONFIG.timeoutS,
    value: 'SECONDS',
    help: 'Kill it when it has run this long; 0 for never',
  },
  'log-driver': {
    type: 'string',
    default: DEFAULT_CONFIG.log.driver,
    choices: ['k8s-file', 'json-file', 'none'],
    value: 'DRIVER',
    help: 'How its output is kept: k8s-file, json-file, none',
  },
  'log-opt': { type: 'slice', value: 'KEY=VALUE', help: 'max-size=SIZE, max-file=NUMBER, path=FILE' },
  cidfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Write its id to a file' },
  pidfile: { type: 'string', value: 'FILE', completion: 'file', help: "Write its process's number to a file" },
  passwd: { type: 'bool', default: DEFAULT_CONFIG.passwdEntries, help: 'Add the user it runs as to its /etc/passwd' },
  pull: {
    type: 'string',
    default: 'missing',
    choices: ['always', 'missing', 'never', 'newer'],
    value: 'POLICY',
    help: 'When to pull the image',
  },
  quiet: { type: 'bool', short: 'q', help: 'Do not show how the pull goes on' },
  platform: { type: 'string', value: 'OS/ARCH', help: 'The platform that the image is for' },
  os: { type: 'string', value: 'OS', help: 'The operating system that the image is for' },
  arch: { type: 'string', value: 'ARCH', help: 'The architecture that the image is for' },
  variant: { type: 'string', value: 'VARIANT', help: 'The variant of the architecture, such as v7' },
  authfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Take credentials for the pull from this file' },
  'cert-dir': {
    type: 'string',
    value: 'DIR',
    completion: 'directory',
    help: 'Take certificates for the pull from here',
  },
  creds: { type: 'string', value: 'USER[:PASSWORD]', help: 'Log in to the registry with these' },
  'tls-verify': { type: 'bool', default: true, help: 'Pull through HTTPS with valid certificates only' },
  'decryption-key': { type: 'slice', value: 'KEY', hidden: true, help: 'Refused: layers are not decrypted' },
});
