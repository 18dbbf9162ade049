import type { DeviceEnvironment } from './device-environment.ts';
import type { Fix } from './diagnosis.ts';

const repository = "from NVIDIA's package repository (developer.nvidia.com/cuda-downloads)";

type Machine = Pick<DeviceEnvironment, 'distribution' | 'container'>;

/** Brings onnxruntime's CUDA libraries, over what is there. */
export const fetchProvider: Fix = {
  command: 'ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node --ignore-scripts=false',
  note: 'runs its install script, which downloads 236 MB from NuGet',
};

/** A container sees the cards of its host only when that is asked for. */
export const showGpus: Fix = {
  command: 'docker run --gpus all …',
  note: 'start this container again with its GPUs (NVIDIA Container Toolkit on the host)',
};

/** A driver of at least a series. */
export function installDriver(machine: Machine, series: number): Fix {
  if (machine.distribution?.id === 'ubuntu')
    return { command: `sudo apt-get install nvidia-driver-${series}`, note: 'then restart' };
  return {
    command: `sudo ${manager(machine) ?? 'apt-get'} install nvidia-open`,
    note: `${repository}; then restart`,
  };
}

/** CUDA's and cuDNN's libraries, without toolkit and compiler. */
export function installCuda(machine: Machine, cuda: number, cudnn: number): Fix {
  const tool = manager(machine);
  if (tool !== undefined)
    return {
      command: `sudo ${tool} install cuda-libraries-${cuda}-0 libcudnn${cudnn}-cuda-${cuda}`,
      note: repository,
    };
  return {
    command: `python3 -m pip install nvidia-cuda-runtime==${cuda}.* nvidia-cublas==${cuda}.* nvidia-curand==10.* nvidia-cudnn-cu${cuda}==${cudnn}.*`,
    note: 'then ask graft doctor again: it names the folders to add to LD_LIBRARY_PATH',
  };
}

/** Tells the loader of folders. */
export function addFolders(folders: readonly string[]): Fix {
  return {
    // No empty entry where the variable is unset: it would mean the working directory.
    command: `export LD_LIBRARY_PATH=${folders.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
    note: 'the libraries are there, where the loader does not look; set it before node starts',
  };
}

/** The system's package manager by its distribution. */
export function manager({ distribution }: Machine): 'apt-get' | 'dnf' | undefined {
  const id = distribution?.id ?? '';
  if (['ubuntu', 'debian', 'linuxmint', 'pop', 'raspbian'].includes(id)) return 'apt-get';
  if (['fedora', 'rhel', 'centos', 'rocky', 'almalinux', 'amzn', 'ol'].includes(id)) return 'dnf';
  return undefined;
}
