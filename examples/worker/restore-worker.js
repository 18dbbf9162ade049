import { Restorer } from '@pip-graft/restore';
import model from '@pip-graft/restorer/model.onnx?url';

const opening = Restorer.open(model);

// What else happens to images, such as resizing or encoding, belongs here too: the page stays free.
self.onmessage = async ({ data: file }) => {
  try {
    const restorer = await opening;
    const restored = await restorer.restore(file, { noise: 1 });
    self.postMessage({ blob: await restored.toBlob('image/png'), device: restorer.device });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
