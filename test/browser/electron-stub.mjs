// Stands for the module 'electron' where its binary is not: `node --import ./electron-stub.mjs main.js` runs a main
// process's code under Node, and asks its handler 'restore' once, as the page would. IMAGE and RESULT are paths.
import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

const handlers = new Map();
let closed = () => {};

/** What the stub gives for 'electron'. */
globalThis.electronStub = {
  app: {
    on: (event, listener) => {
      if (event === 'window-all-closed') closed = listener;
    },
    whenReady: async () => {},
    quit: () => process.exit(0),
  },
  ipcMain: { handle: (name, handler) => handlers.set(name, handler) },
  BrowserWindow: class {
    async loadFile(page) {
      if (!readFileSync(page, 'utf8').includes('page.js')) throw new Error('not the page');
      const bytes = new Uint8Array(readFileSync(process.env.IMAGE));
      writeFileSync(process.env.RESULT, await handlers.get('restore')({}, bytes));
      await closed();
    }
  },
};

const asModule = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
const electron = asModule(
  'export const { app, BrowserWindow, ipcMain } = globalThis.electronStub;',
);
register(
  asModule(`export async function resolve(specifier, context, next) {
    return specifier === 'electron'
      ? { url: ${JSON.stringify(electron)}, shortCircuit: true }
      : next(specifier, context);
  }`),
);
