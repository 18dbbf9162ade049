import type { Host } from '@pip-graft/graft';
import { GraftError } from '@pip-graft/onnx-graft';
import { openDoor } from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';

/**
 * Requires values of 0 to 1, which training feeds, of a host whose graph does not show its range,
 * by running it on a small natural image. The output of a network of random weights passes.
 *
 * Errors: `UNSUPPORTED_HOST` for another range; those of `createSession`.
 */
export async function requireRange({ model, located }: Host): Promise<void> {
  const { image, sizeMultiple } = located;
  if (!image || (image.values.input.range && image.values.output.range)) return;
  const { label } = model.source;
  const session = await createSession(model, { label });
  try {
    const { door } = await openDoor(
      session,
      { ...image, output: image.output ?? null },
      { sizeMultiple, untrained: true },
    );
    const range = [door.values?.input.range, door.values?.output.range].find(
      (one) => one && one !== '0..1',
    );
    if (range)
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `${label}: training feeds values of 0 to 1, and on a natural image this host works in ${range}; export it with the conversion inside, so that it takes and makes 0 to 1.`,
      );
  } finally {
    await session.release();
  }
}
