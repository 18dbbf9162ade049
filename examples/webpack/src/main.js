import { Restorer } from '@pip-graft/restore';

const input = document.querySelector('input');
const status = document.querySelector('[role=status]');

// webpack copies the file and returns its URL.
const opening = Restorer.open(new URL('@pip-graft/restorer/model.onnx', import.meta.url));

input.addEventListener('change', async () => {
  const [file] = input.files;
  if (file === undefined) return;
  status.textContent = 'Restoring…';
  try {
    const restorer = await opening;
    const restored = await restorer.restore(file, { noise: 1 });
    document.querySelector('canvas')?.remove();
    document.body.append(restored.toCanvas());
    status.textContent = `Restored on ${restorer.device.name}: ${restorer.device.reason}.`;
  } catch (error) {
    status.textContent = error.message;
  }
});
