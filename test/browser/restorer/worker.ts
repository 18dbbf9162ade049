/// <reference lib="dom" />
import { Restorer } from '@pip-graft/restore/web';

/** Restores an image of a site with its model in a worker; answers with the pixels. */
self.onmessage = async ({ data: image }: MessageEvent<string>) => {
  await using restorer = await Restorer.open('/grafted.onnx');
  const restored = await restorer.restore(image, { rain: 1 });
  const canvas = restored.toCanvas(new OffscreenCanvas(1, 1));
  const refusal = await restorer
    .restore(image)
    .then((made) => (made as unknown as { toCanvas(): unknown }).toCanvas())
    .catch((error: Error) => error.message);
  self.postMessage({ pixels: [...restored.toPixels()], width: canvas.width, refusal });
};
