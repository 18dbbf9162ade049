const { contextBridge, ipcRenderer } = require('electron');

/** All that the page may ask of the main process. */
contextBridge.exposeInMainWorld('restore', (bytes) => ipcRenderer.invoke('restore', bytes));
