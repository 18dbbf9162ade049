/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import { fetchBlob } from './fetch-blob.ts';
import { nameOf } from './to-sent.ts';

/** A package's name with its scope, or a file in one. */
const packageName = /^@[a-z0-9][\w.-]*\/[\w.-]+(\/|$)/i;

/**
 * The bytes of a model and its name in messages.
 *
 * Errors: `INVALID_ARGUMENT` for the name of a package, which a page cannot look up; those of `fetchBlob`.
 */
export async function modelBlob(
  model: string | URL | Blob | ArrayBuffer | Uint8Array,
): Promise<{ blob: Blob; label: string }> {
  if (model instanceof Blob) return { blob: model, label: nameOf(model, 'model') };
  if (model instanceof ArrayBuffer || model instanceof Uint8Array) {
    return { blob: new Blob([model as BlobPart]), label: 'model' };
  }
  if (typeof model === 'string' && packageName.test(model)) {
    const file = model.endsWith('.onnx') ? model : `${model}/model.onnx`;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${model}: a page cannot look up packages; copy node_modules/${file} to your site and pass its URL. With Vite: import url from '${file}?url', and open that.`,
    );
  }
  const { blob, href } = await fetchBlob(model);
  return { blob, label: href };
}
