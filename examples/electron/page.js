const input = document.querySelector('input');
const status = document.querySelector('[role=status]');

input.addEventListener('change', async () => {
  const [file] = input.files;
  if (file === undefined) return;
  status.textContent = 'Restoring…';
  try {
    const png = await window.restore(new Uint8Array(await file.arrayBuffer()));
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
    document.querySelector('img')?.remove();
    document.body.append(image);
    status.textContent = 'Restored.';
  } catch (error) {
    status.textContent = error.message;
  }
});
