'use client';

import { useRef, useState } from 'react';

/** The restorer, once the first image is chosen; opening one for each image would take longer. */
let opening;

/** Restores in the page: the image does not leave it. */
export function InPage() {
  const canvas = useRef(null);
  const [status, setStatus] = useState('');

  async function restore(event) {
    const [file] = event.target.files;
    if (file === undefined) return;
    setStatus('Restoring…');
    try {
      // Loaded when it is needed, and never on the server.
      opening ??= import('@pip-graft/restore/web').then(({ Restorer }) =>
        Restorer.open('/model.onnx'),
      );
      const restorer = await opening;
      const restored = await restorer.restore(file, { noise: 1 });
      restored.toCanvas(canvas.current);
      setStatus(`Restored on ${restorer.device.name}: ${restorer.device.reason}.`);
    } catch (error) {
      setStatus(error.message);
    }
  }

  return (
    <section>
      <label>
        In this page <input type="file" accept="image/*" onChange={restore} />
      </label>
      <p role="status">{status}</p>
      <canvas ref={canvas} />
    </section>
  );
}
