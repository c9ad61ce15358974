/** Tells when something happened in a directory; what happens between two looks is not lost. */
export interface Changes {
  /** Settles at the next change, or at once when there was one since the last call. */
  next(): Promise<void>;
  /** Lets `next` settle. */
  wake(): void;
  close(): void;
}

const LOOK_MS = 200;
/** Bun drops an event that is like one of up to two milliseconds ago, so each is followed by a second look. */
const SECOND_LOOK_MS = 5;

/** Watches a directory by inotify(7); where the user has no inotify instance left, it looks five times a second. */
export async function watchDirectory(path: string): Promise<Changes> {
  // Only those who follow a log pay for this module.
  const { watch } = await import('node:fs');
  let happened = false;
  let settle: (() => void) | undefined;
  const wake = () => {
    happened = true;
    settle?.();
  };
  let stop: () => void;
  let second: ReturnType<typeof setTimeout> | undefined;
  const wakeTwice = () => {
    wake();
    clearTimeout(second);
    second = setTimeout(wake, SECOND_LOOK_MS);
  };
  try {
    const watcher = watch(path, wakeTwice);
    watcher.on('error', wakeTwice);
    stop = () => {
      clearTimeout(second);
      watcher.close();
    };
  } catch {
    const timer = setInterval(wake, LOOK_MS);
    stop = () => clearInterval(timer);
  }
  const next = async () => {
    if (!happened) await new Promise<void>((resolve) => (settle = resolve));
    happened = false;
  };
  return { next, wake, close: stop };
}
