// npm run cuda-check: builds, then runs everything on a CUDA device; see
// docs/benchmarks/cuda/README.md.
import { build, install } from './install.mjs';

install();
build();
await import('./cuda/check.mjs');
