import { type Decoder, flag, integer, list, matching, object, oneOf, record, specFault, text } from './decode.ts';
import { digestComplaint } from './digest.ts';
import type { ImageConfig, ImageIndex, ImageManifest } from './image.ts';

const digest: Decoder<string> = (value, path) => {
  const string = text(value, path);
  const complaint = digestComplaint(string);
  if (complaint !== undefined) throw specFault(path, `${JSON.stringify(string.slice(0, 90))} ${complaint}`);
  return string;
};
const mediaType = matching(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/, 'a media type');
const version2: Decoder<2> = (value, path) => {
  if (value !== 2) throw specFault(path, `${JSON.stringify(value)} is not 2`);
  return 2;
};
const platform = object(
  { architecture: text, os: text, variant: text, 'os.version': text, 'os.features': list(text) },
  ['architecture', 'os'],
);
const annotations = record(text);
const descriptor = object(
  {
    mediaType,
    digest,
    size: integer(0, Number.MAX_SAFE_INTEGER),
    annotations,
    platform,
    urls: list(text),
    artifactType: text,
    data: text,
  },
  ['mediaType', 'digest', 'size'],
);

/** image-spec, manifest.md. */
export const imageManifest: Decoder<ImageManifest> = object(
  {
    schemaVersion: version2,
    mediaType,
    artifactType: text,
    config: descriptor,
    layers: list(descriptor),
    subject: descriptor,
    annotations,
  },
  ['schemaVersion', 'config', 'layers'],
);

/** image-spec, image-index.md. */
export const imageIndex: Decoder<ImageIndex> = object(
  { schemaVersion: version2, mediaType, manifests: list(descriptor), annotations },
  ['schemaVersion', 'manifests'],
);

const anything: Decoder<unknown> = (value) => value;
const history = object({ created: text, created_by: text, author: text, comment: text, empty_layer: flag });
const environment: Decoder<string> = (value, path) => {
  const variable = text(value, path);
  if (variable.startsWith('=')) throw specFault(path, `${JSON.stringify(variable.slice(0, 60))} has no name`);
  return variable;
};
const runtimeConfig = object({
  User: text,
  ExposedPorts: record(anything),
  Env: list(environment),
  Entrypoint: list(text),
  Cmd: list(text),
  Volumes: record(anything),
  WorkingDir: text,
  Labels: record(text),
  StopSignal: text,
  Shell: list(text),
  OnBuild: list(text),
  Healthcheck: record(anything),
  ArgsEscaped: flag,
});

/** image-spec, config.md. Docker's configs may leave out what old daemons did not write. */
export const imageConfig: Decoder<ImageConfig> = object(
  {
    created: text,
    author: text,
    architecture: text,
    os: text,
    variant: text,
    config: runtimeConfig,
    rootfs: object({ type: oneOf('layers'), diff_ids: list(digest) }, ['type', 'diff_ids']),
    history: list(history),
  },
  ['architecture', 'os', 'rootfs'],
);
