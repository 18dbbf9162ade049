import { GraftError } from '@pip-graft/onnx-graft';

type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

/**
 * sharp, imported on first use. Its binaries are optional packages: where they were left out, as by
 * `npm install --omit=optional`, everything but reading and writing pictures works.
 *
 * Errors: `DEVICE_UNAVAILABLE` when it does not load here.
 */
export function loadSharp(
  load: () => Promise<{ readonly default: Sharp }> = () => import('sharp'),
): Promise<Sharp> {
  loaded ??= load().then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      const reason =
        cause instanceof Error ? cause.message.trim().split('\n', 1)[0] : String(cause);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `Pictures cannot be read or written here: sharp did not load (${reason}). Install it with: npm install --include=optional sharp`,
        { cause },
      );
    },
  );
  return loaded;
}
