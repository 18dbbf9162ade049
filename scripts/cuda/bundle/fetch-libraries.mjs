import { mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { downloadWheel, extract, membersOf } from './wheel.mjs';

/** What the CUDA provider links with or loads, as NVIDIA's wheels; without the driver's libcuda. */
export const cudaWheels = [
  { name: 'nvidia-cuda-runtime', version: '13.*' },
  { name: 'nvidia-cublas', version: '13.*' },
  { name: 'nvidia-curand', version: '10.*' },
  { name: 'nvidia-cudnn-cu13', version: '9.*' },
  // cuDNN compiles fused kernels with it.
  { name: 'nvidia-cuda-nvrtc', version: '13.*' },
];

/** CUDA 13 and cuDNN 9 into `libraries/`, flat, where check.sh lets the loader look. */
export function fetchLibraries({ wheels: folder, stage, say }) {
  const target = join(stage, 'libraries');
  mkdirSync(target);
  return cudaWheels.map(({ name, version }) => {
    const wheel = downloadWheel(name, version, folder, say);
    const members = [...membersOf(wheel).keys()].filter((member) =>
      /\/lib\/lib[^/]+\.so(\.\d+)*$/.test(member),
    );
    extract(wheel, members, target);
    const bytes = members.reduce(
      (sum, member) => sum + statSync(join(target, basename(member))).size,
      0,
    );
    say(`${basename(wheel)}: ${members.length} libraries, ${(bytes / 1e6).toFixed(0)} MB`);
    return basename(wheel);
  });
}
