import { dirname, join } from 'node:path';
import type { System } from './system.ts';

/**
 * Folders with CUDA and cuDNN that the loader does not search: toolkits and Python packages (nvidia-*,
 * and those of PyTorch).
 */
export async function libraryFolders(system: System): Promise<string[]> {
  const under = (folder: string, name: RegExp): string[] =>
    system
      .list(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => join(folder, entry));
  const toolkits = [...under('/usr/local', /^cuda/), '/opt/cuda'];
  // Ask Python itself, because its executable may link to another environment.
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

/** Folders of the active environment, then of `python3`, then of the system. */
function pythonHomes(system: System): string[] {
  const { VIRTUAL_ENV, CONDA_PREFIX, PATH = '' } = system.variables;
  const onPath = PATH.split(':')
    .filter((folder) => folder !== '' && system.exists(join(folder, 'python3')))
    .map(dirname);
  return [...new Set([VIRTUAL_ENV, CONDA_PREFIX, ...onPath, '/usr/local', '/usr'])].filter(
    (home): home is string => home !== undefined && home !== '',
  );
}
