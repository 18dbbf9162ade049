import { runtimeVersion } from '../session/load-runtime.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import type { Fix } from './diagnosis.ts';

const repository = "from NVIDIA's package repository (developer.nvidia.com/cuda-downloads)";

type Machine = Pick<DeviceEnvironment, 'distribution' | 'container'>;

/** Installs onnxruntime's CUDA libraries over the existing files. */
export const fetchProvider: Fix = {
  command: 'ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node --ignore-scripts=false',
  note: 'runs its install script, which downloads 236 MB from NuGet',
};

/** Installs onnxruntime-node, whose script brings them. */
export const installProvider: Fix = {
  command: `npm install onnxruntime-node@${runtimeVersion}`,
  note: 'its install script downloads the CUDA libraries, 236 MB, from NuGet',
};

/** Starts a container with the GPUs of its host, which it does not see by default. */
export const showGpus: Fix = {
  command: 'docker run --gpus all …',
  note: 'restart this container with GPUs (needs the NVIDIA Container Toolkit on the host)',
};

/** Installs a driver of at least the given series. */
export function installDriver(machine: Machine, series: number): Fix {
  if (machine.distribution?.id === 'ubuntu')
    return { command: `sudo apt-get install nvidia-driver-${series}`, note: 'then restart' };
  return {
    command: `sudo ${manager(machine) ?? 'apt-get'} install nvidia-open`,
    note: `${repository}; then restart`,
  };
}

/** Installs the libraries of CUDA and cuDNN, without toolkit and compiler. */
export function installCuda(machine: Machine, cuda: number, cudnn: number): Fix {
  const tool = manager(machine);
  if (tool !== undefined)
    return {
      command: `sudo ${tool} install cuda-libraries-${cuda}-0 libcudnn${cudnn}-cuda-${cuda}`,
      note: repository,
    };
  return {
    command: `python3 -m pip install nvidia-cuda-runtime==${cuda}.* nvidia-cublas==${cuda}.* nvidia-curand==10.* nvidia-cudnn-cu${cuda}==${cudnn}.*`,
    note: 'then run graft doctor again for the folders to add to LD_LIBRARY_PATH',
  };
}

/** Adds folders to the loader's search path. */
export function addFolders(folders: readonly string[]): Fix {
  return {
    // No empty entry where the variable is unset: it would mean the working directory.
    command: `export LD_LIBRARY_PATH=${folders.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
    note: 'the libraries are installed where the loader does not look; set this before starting node',
  };
}

/** The package manager of the distribution. */
export function manager({ distribution }: Machine): 'apt-get' | 'dnf' | undefined {
  const id = distribution?.id ?? '';
  if (['ubuntu', 'debian', 'linuxmint', 'pop', 'raspbian'].includes(id)) return 'apt-get';
  if (['fedora', 'rhel', 'centos', 'rocky', 'almalinux', 'amzn', 'ol'].includes(id)) return 'dnf';
  return undefined;
}
