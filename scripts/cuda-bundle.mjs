// npm run cuda-bundle: packs what `cuda-check` needs on a machine without network or node.
import { build, install } from './install.mjs';

install();
build();
await import('./cuda/bundle.mjs');
