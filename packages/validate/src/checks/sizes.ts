import { countNonFinite, difference } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { toFloat32 } from '@pip-graft/weights';
import { fitted, noise } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { atMost } from '../verdict.ts';

/** Checks that every size in every batch runs, keeps its shape, stays finite and, at strength 0, equals the host's output. */
export const sizes: Check = {
  name: 'sizes and batches',
  async run(subject) {
    const wrong: string[] = [];
    const tried: string[] = [];
    for (const size of subject.sizes) {
      for (const count of subject.batches) {
        const name = `${count}x${size.width}x${size.height}`;
        const images = Array.from({ length: count }, (_, index) =>
          index === 0 ? fitted(subject.image, size) : noise(size, index),
        );
        tried.push(name);
        const reason = await fault(subject, images).catch(message);
        if (reason !== undefined) wrong.push(`${name}: ${reason}`);
      }
    }
    const found = wrong.length === 0 ? '' : ` Wrong: ${wrong.join('; ')}.`;
    return atMost(
      wrong.length,
      0,
      `Failed combinations of batch, width and height, of ${tried.length} tried (${tried.join(', ')}).${found}`,
    );
  },
};

async function fault(
  subject: Subject,
  images: Parameters<Subject['run']>[1]['images'],
): Promise<string | undefined> {
  const host = await subject.run('host', { images });
  const full = await subject.run('grafted', { images });
  if (full.output.dims.join() !== host.output.dims.join()) {
    return `the output has shape [${full.output.dims.join(', ')}] instead of [${host.output.dims.join(', ')}]`;
  }
  if (countNonFinite(full.output) > countNonFinite(host.output))
    return 'the output has NaN or infinity';
  if (subject.graft.inputs === null) return undefined;
  const neutral = await subject.run('grafted', { images, strength: 0 });
  const { maxAbs, peak } = difference(toFloat32(neutral.output), toFloat32(host.output));
  const same = maxAbs === 0 || maxAbs / peak <= subject.tolerances.neutralBasic;
  return same ? undefined : `the output differs from the host by ${maxAbs} at strength 0`;
}

/** Returns the message of a runtime failure, which is one of the faults to find. */
function message(error: unknown): string {
  if (error instanceof GraftError && error.code === 'RUNTIME_FAILED') return error.message;
  throw error;
}
