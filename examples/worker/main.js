const input = document.querySelector('input');
const status = document.querySelector('[role=status]');
const worker = new Worker(new URL('./restore-worker.js', import.meta.url), { type: 'module' });

worker.onmessage = ({ data: { blob, device, error } }) => {
  if (error) {
    status.textContent = error;
    return;
  }
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  document.querySelector('img')?.remove();
  document.body.append(image);
  status.textContent = `Restored on ${device.name}: ${device.reason}.`;
};

input.addEventListener('change', () => {
  const [file] = input.files;
  if (file === undefined) return;
  status.textContent = 'Restoring…';
  worker.postMessage(file);
});
