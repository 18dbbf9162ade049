// Puts the studio into public/try/ with the restorer as its model, so that the site carries it at try/.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
execFileSync(process.execPath, [
  path('../packages/studio/site.mjs'),
  path('public/try'),
  path('../packages/restorer/model.onnx'),
  '@pip-graft/restorer',
]);
