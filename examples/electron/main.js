import { fileURLToPath } from 'node:url';
import { Restorer } from '@pip-graft/restore';
import { app, BrowserWindow, ipcMain } from 'electron';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

// The main process uses the Node door: native onnxruntime, all threads, all formats, and restoring
// does not block the event loop.
const opening = Restorer.open('@pip-graft/restorer');

ipcMain.handle('restore', async (_event, bytes) => {
  const restorer = await opening;
  const restored = await restorer.restore(bytes, { noise: 1 });
  return restored.toBytes('png');
});

app.on('window-all-closed', async () => {
  await (await opening).close();
  app.quit();
});

await app.whenReady();
const window = new BrowserWindow({ webPreferences: { preload: path('preload.cjs') } });
await window.loadFile(path('index.html'));
