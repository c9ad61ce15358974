export type LogStream = 'stdout' | 'stderr';

/** One record of a log: a line of the container's output, or a part of one. */
export interface LogRecord {
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  readonly stream: LogStream;
  /** The container's own bytes, without the end of line; not trusted, and not always UTF-8. */
  readonly text: Uint8Array;
  /** More of the same line follows in the next record of this stream; it is printed without an end of line. */
  readonly partial: boolean;
}

/** Reads one line of a log file, without its end; `undefined` where it is no record, such as one cut off by a full disk. */
export type ParseRecord = (line: Uint8Array) => LogRecord | undefined;
