import { Restorer } from '@pip-graft/restore';
import model from '@pip-graft/restorer/model.onnx?url';

const opening = Restorer.open(model);

// Other work on images, such as resizing or encoding, belongs here too, so that the page stays
// responsive.
self.onmessage = async ({ data: file }) => {
  try {
    const restorer = await opening;
    const restored = await restorer.restore(file, { noise: 1 });
    self.postMessage({ blob: await restored.toBlob('image/png'), device: restorer.device });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
