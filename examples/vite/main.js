import { Restorer } from '@pip-graft/restore';
import model from '@pip-graft/restorer/model.onnx?url';

const input = document.querySelector('input');
const progress = document.querySelector('progress');
const status = document.querySelector('[role=status]');

const opening = Restorer.open(model);

input.addEventListener('change', async () => {
  const [file] = input.files;
  if (file === undefined) return;
  progress.hidden = false;
  try {
    const restorer = await opening;
    const restored = await restorer.restore(
      file,
      { noise: 1 },
      {
        onProgress: ({ done, total }) => {
          progress.value = done / total;
        },
      },
    );
    document.querySelector('canvas')?.remove();
    document.body.append(restored.toCanvas());
    status.textContent = `Restored on ${restorer.device.name}: ${restorer.device.reason}.`;
  } catch (error) {
    status.textContent = error.message;
  }
  progress.hidden = true;
});
