import type { CriuOptions } from '../../runtime/checkpoint.ts';
import { defineOptions, type OptionValues } from '../parse/option.ts';
import { optionError } from '../parse/option-error.ts';
import { absolutePath } from './bundle-options.ts';

/** What `checkpoint` and `restore` share, by runc's names. */
export const CRIU_OPTIONS = defineOptions({
  'image-path': { type: 'string', value: 'DIR', help: 'Where the images are; "checkpoint" unless said' },
  'work-path': { type: 'string', value: 'DIR', help: "Where CRIU's logs go; where the images are unless said" },
  'tcp-established': { type: 'bool', help: 'With open TCP connections' },
  'ext-unix-sk': { type: 'bool', help: 'With sockets connected to the outside' },
  'shell-job': { type: 'bool', help: "With the terminal of the caller's session" },
  'file-locks': { type: 'bool', help: 'With locks on files' },
  'lazy-pages': { type: 'bool', help: 'Memory comes when it is asked for: refused, as nobody would serve it' },
  'manage-cgroups-mode': {
    type: 'string',
    choices: ['soft', 'full', 'strict', 'ignore'],
    default: 'soft',
    help: 'What CRIU does about cgroups',
  },
  'empty-ns': { type: 'array', value: 'TYPE', help: 'Bring this namespace back empty' },
  'auto-dedup': { type: 'bool', help: 'Images without what is in earlier ones' },
});

type CriuValues = OptionValues<typeof CRIU_OPTIONS>;

/** Flags that CRIU has by the same name. */
const SAME = ['tcp-established', 'ext-unix-sk', 'shell-job', 'file-locks', 'auto-dedup'] as const;

export function criuOptionsOf(options: CriuValues): CriuOptions {
  // What is left of the memory would need somebody who stays to serve it, and a runtime does not stay.
  if (options['lazy-pages'])
    throw optionError('"--lazy-pages"', 'nobody would stay to serve the pages', 'use --page-server, or --pre-dump');
  const imagePath = absolutePath(options['image-path'] ?? 'checkpoint');
  const workPath = options['work-path'];
  return {
    imagePath,
    workPath: workPath === undefined ? imagePath : absolutePath(workPath),
    words: [
      ...SAME.filter((name) => options[name]).map((name) => `--${name}`),
      `--manage-cgroups=${options['manage-cgroups-mode']}`,
      ...options['empty-ns'].flatMap((type) => ['--empty-ns', type === 'network' ? 'net' : type]),
    ],
  };
}
