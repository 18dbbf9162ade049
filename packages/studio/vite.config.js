import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The sample is the image that the quickstart restores. */
const sample = fileURLToPath(new URL('../../assets/chelsea.jpg', import.meta.url));

export default defineConfig({
  // Relative addresses: the page works in any folder of a site.
  base: './',
  resolve: { alias: { 'studio-sample.jpg': sample } },
  build: { reportCompressedSize: false, chunkSizeWarningLimit: 1000 },
});
