import { dirname, join } from 'node:path';
import type { System } from './system.ts';

/**
 * Folders in which CUDA and cuDNN lie without the loader knowing: toolkits, and Python packages
 * (nvidia-*, and what PyTorch brings).
 */
export async function libraryFolders(system: System): Promise<string[]> {
  const under = (folder: string, name: RegExp): string[] =>
    system
      .list(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => join(folder, entry));
  const toolkits = [...under('/usr/local', /^cuda/), '/opt/cuda'];
  // Python itself knows best; its program may be a link to another environment's.
  const searched = await system.run('python3', ['-c', 'import sys; print("\\n".join(sys.path))']);
  const packages = [
    ...(searched ?? '').split('\n').filter((folder) => /\/(site|dist)-packages$/.test(folder)),
    ...pythonHomes(system)
      .flatMap((home) => under(join(home, 'lib'), /^python3/))
      .flatMap((folder) => under(folder, /^(site|dist)-packages$/)),
  ];
  const folders = [
    '/usr/local/nvidia/lib64',
    '/usr/lib/wsl/lib',
    ...toolkits.flatMap((home) => [join(home, 'lib64'), join(home, 'targets/x86_64-linux/lib')]),
    ...packages.flatMap((folder) => [
      ...under(join(folder, 'nvidia'), /./).map((home) => join(home, 'lib')),
      join(folder, 'torch/lib'),
    ]),
  ];
  const real = new Set<string>();
  return folders.filter((folder) => {
    if (!system.exists(folder) || real.has(system.real(folder))) return false;
    real.add(system.real(folder));
    return true;
  });
}

/** An environment's first, then that of `python3`, then the system's. */
function pythonHomes(system: System): string[] {
  const { VIRTUAL_ENV, CONDA_PREFIX, PATH = '' } = system.variables;
  const onPath = PATH.split(':')
    .filter((folder) => folder !== '' && system.exists(join(folder, 'python3')))
    .map(dirname);
  return [...new Set([VIRTUAL_ENV, CONDA_PREFIX, ...onPath, '/usr/local', '/usr'])].filter(
    (home): home is string => home !== undefined && home !== '',
  );
}
