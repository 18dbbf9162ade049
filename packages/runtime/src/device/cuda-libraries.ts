import { runtimeVersion } from '../session/load-runtime.ts';
import type { DeviceEnvironment, DeviceFinding, Fix } from './diagnosis.ts';
import type { FoundLibrary } from './system.ts';

/** The CUDA libraries of onnxruntime-node itself. */
export function provider({ cuda, runtime }: DeviceEnvironment): DeviceFinding {
  const what = 'onnxruntime-node';
  const short = (name: string): string => name.replace('libonnxruntime_', '');
  const needed = 'both provider libraries';
  const version = runtime?.version ?? '';
  const damaged = cuda.providers.find(({ fault }) => fault !== undefined);
  const missing = cuda.providers.filter(({ path }) => path === undefined);
  const found =
    damaged?.fault ??
    (missing.length > 0
      ? `${version}, without ${missing.map(({ name }) => short(name)).join(', ')}`
      : `${version}, with both`);
  const met = damaged === undefined && missing.length === 0;
  return { what, met, found, needed, ...(met ? {} : { fix: fetchProvider }) };
}

/** The libraries that the provider is linked with. */
export function libraries(
  environment: DeviceEnvironment,
  libraryPath: readonly string[],
): DeviceFinding {
  const cuda = neededCuda(environment);
  const all = neededLibraries(environment).filter(({ name }) => name !== 'libcuda.so.1');
  const missing = all.filter(({ path }) => path === undefined);
  const what = `CUDA ${cuda} libraries`;
  const own = all.filter(({ name }) => /^lib(cu|nv)/.test(name));
  const needed = own.map(({ name }) => name.replace(/^lib(.*)\.so\.(\d+)$/, '$1 $2')).join(', ');
  if (missing.length === 0) return { what, met: true, found: foldersOf(own), needed };
  const other = environment.cuda.cudart
    .map(({ name }) => name.replace('libcudart.so.', ''))
    .filter((major) => major !== String(cuda));
  const found = [
    missing.length === all.length
      ? 'none'
      : `without ${missing.map(({ name }) => name).join(', ')}`,
    ...(other.length > 0 ? [`CUDA ${other.join(' and ')} is installed`] : []),
  ].join('; ');
  return { what, met: false, found, needed, fix: libraryFix(environment, missing, libraryPath) };
}

/** cuDNN, which loads late: a session can open without it. */
export function cudnn(
  environment: DeviceEnvironment,
  libraryPath: readonly string[],
): DeviceFinding {
  const what = 'cuDNN';
  const needed = `${cudnnMajor}, for convolutions`;
  const right = environment.cuda.cudnn.find(({ name }) => name === `libcudnn.so.${cudnnMajor}`);
  if (right?.path !== undefined)
    return { what, met: true, found: `${cudnnMajor}, ${foldersOf([right])}`, needed };
  const other = environment.cuda.cudnn
    .map(({ name }) => name.replace('libcudnn.so.', ''))
    .filter((major) => major !== String(cudnnMajor));
  const found = right?.elsewhere
    ? `${cudnnMajor}, in ${right.elsewhere[0]}`
    : other.length > 0
      ? `${other.join(', ')} only`
      : 'none';
  const missing = [right ?? { name: `libcudnn.so.${cudnnMajor}` }];
  return { what, met: false, found, needed, fix: libraryFix(environment, missing, libraryPath) };
}

function libraryFix(
  environment: DeviceEnvironment,
  missing: readonly FoundLibrary[],
  libraryPath: readonly string[],
): Fix {
  if (missing.every(({ elsewhere }) => elsewhere !== undefined)) return addFolders(libraryPath);
  return installCuda(environment, neededCuda(environment), cudnnMajor);
}

/** The libraries that all provider libraries need. */
export function neededLibraries({ cuda }: DeviceEnvironment): FoundLibrary[] {
  return cuda.providers.flatMap(({ needed }) => needed);
}

/** Folders that together contain all libraries the loader does not find. */
export function foldersToAdd(environment: DeviceEnvironment): string[] {
  const right = environment.cuda.cudnn.filter(({ name }) => name === `libcudnn.so.${cudnnMajor}`);
  const lost = [...neededLibraries(environment), ...right].filter(
    ({ path, elsewhere }) => path === undefined && elsewhere !== undefined,
  );
  const chosen: string[] = [];
  for (const { elsewhere = [] } of lost)
    if (!elsewhere.some((folder) => chosen.includes(folder))) chosen.push(elsewhere[0]!);
  return chosen;
}

function foldersOf(libraries: readonly FoundLibrary[]): string {
  const folders = libraries.map(({ path }) => path?.replace(/\/[^/]*$/, '') ?? '');
  return [...new Set(folders)].join(', ');
}

/**
 * First driver series that supports a CUDA major; NVIDIA's CUDA toolkit release notes, "minor version
 * compatibility".
 */
export const driverSeries: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** The lowest compute capability that onnxruntime's CUDA 13 build supports (onnxruntime#26516). */
export const leastCapability = 7.5;

/** Major version of cuDNN for onnxruntime 1.19 and later. */
const cudnnMajor = 9;

/** CUDA major of an onnxruntime-node release: 13 from 1.27 on, 12 from 1.19 (onnxruntime#28792). */
export function expectedCuda(version: string | undefined): number {
  const [, major = '1', minor = '99'] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= 27 ? 13 : 12;
}

/** Libraries of the CUDA provider, by CUDA major; used if the provider file is missing. */
export function expectedLibraries(cuda: number): string[] {
  return [
    `libcublasLt.so.${cuda}`,
    `libcublas.so.${cuda}`,
    'libcurand.so.10',
    `libcudart.so.${cuda}`,
    'libcuda.so.1',
  ];
}

/** CUDA major of the installed provider library, from its dependencies. */
export function neededCuda({ cuda, runtime }: DeviceEnvironment): number {
  for (const { needed } of cuda.providers)
    for (const { name } of needed) {
      const major = /^libcudart\.so\.(\d+)$/.exec(name)?.[1];
      if (major !== undefined) return Number(major);
    }
  return expectedCuda(runtime?.version);
}

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
function installCuda(machine: Machine, cuda: number, cudnn: number): Fix {
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
