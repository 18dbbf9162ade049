import { GraftError } from '@pip-graft/onnx-graft';
import { expectedCuda, expectedLibraries } from './cuda-libraries.ts';
import type {
  CudaFacts,
  DeviceEnvironment,
  Gpu,
  NvidiaDriver,
  ProviderLibrary,
} from './diagnosis.ts';
import { readElf } from './read-elf.ts';
import { type FoundLibrary, findLibrary, type LibraryPaths, type System } from './system.ts';

const providers = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
/** Major versions to report if the wrong one is installed. */
const cudaMajors = [14, 13, 12, 11];
const cudnnMajors = [10, 9, 8];

/** Gathers the CUDA environment: onnxruntime's libraries with dependencies, the driver and the GPUs. */
export async function gatherCuda(
  system: System,
  paths: LibraryPaths,
  runtime: DeviceEnvironment['runtime'],
): Promise<CudaFacts> {
  const [listed, header] = await Promise.all([
    system.run('nvidia-smi', [
      '--query-gpu=name,driver_version,memory.total,compute_cap',
      '--format=csv,noheader,nounits',
    ]),
    system.run('nvidia-smi', []),
  ]);
  const rows = (listed ?? '').split('\n').filter((line) => line.includes(','));
  const driver = driverOf(system, rows[0]?.split(', ')[1], header);
  const cards = nvidiaCards(system);
  const visible = system.variables['CUDA_VISIBLE_DEVICES'];
  return {
    providers: runtime === undefined ? [] : providers.map((name) => provider(name, runtime)),
    cudart: present('libcudart.so', cudaMajors),
    cudnn: present('libcudnn.so', cudnnMajors),
    ...(driver === undefined ? {} : { driver }),
    gpus: rows.length > 0 ? rows.map(gpuOf) : kernelGpus(system),
    ...(cards === undefined ? {} : { cards }),
    ...(visible === undefined ? {} : { visible }),
  };

  function present(name: string, majors: readonly number[]): FoundLibrary[] {
    return majors
      .map((major) => findLibrary(system, paths, `${name}.${major}`))
      .filter(({ path, elsewhere }) => path ?? elsewhere);
  }

  function provider(
    name: string,
    { binaries, version }: NonNullable<DeviceEnvironment['runtime']>,
  ): ProviderLibrary {
    const path = `${binaries}/${name}`;
    const find = (library: string, folders: readonly string[] = []) =>
      findLibrary(system, paths, library, folders);
    // What it will need once it is there.
    const expected = name.includes('cuda') ? expectedLibraries(expectedCuda(version)) : [];
    if (!system.exists(path)) return { name, needed: expected.map((library) => find(library)) };
    try {
      const source = system.open(path);
      try {
        const { needed, runpath } = readElf(source);
        const folders = runpath.map((folder) => folder.replace(/\$ORIGIN|\$\{ORIGIN\}/g, binaries));
        return { name, path, needed: needed.map((library) => find(library, folders)) };
      } finally {
        source.close();
      }
    } catch (error) {
      if (!(error instanceof GraftError)) throw error;
      return { name, path, fault: error.message, needed: [] };
    }
  }
}

/** Asks nvidia-smi, otherwise reads the kernel module's version, which works without tools in a container. */
function driverOf(
  system: System,
  listed: string | undefined,
  header: string | undefined,
): NvidiaDriver | undefined {
  const version =
    /^\d+\.[\d.]+/.exec(listed ?? '')?.[0] ??
    /Driver Version: (\d+\.[\d.]+)/.exec(header ?? '')?.[1] ??
    /Module.*?\s(\d{3,4}\.\d[\d.]*)/.exec(system.read('/proc/driver/nvidia/version') ?? '')?.[1];
  if (version === undefined) return undefined;
  const cuda = /CUDA Version: (\d+\.\d+)/.exec(header ?? '')?.[1];
  return { version, ...(cuda === undefined ? {} : { cuda }) };
}

function gpuOf(row: string): Gpu {
  const [name = '', , memory = '', capability = ''] = row.split(',').map((cell) => cell.trim());
  return {
    name,
    ...(/^\d+$/.test(memory) ? { memory: Number(memory) } : {}),
    ...(/^\d+\.\d+$/.test(capability) ? { capability } : {}),
  };
}

function kernelGpus(system: System): Gpu[] {
  const folder = '/proc/driver/nvidia/gpus';
  return system.list(folder).flatMap((id) => {
    const text = system.read(`${folder}/${id}/information`) ?? '';
    const name = /^Model:\s*(.+)$/m.exec(text)?.[1];
    return name === undefined ? [] : [{ name }];
  });
}

function nvidiaCards(system: System): number | undefined {
  const folder = '/sys/bus/pci/devices';
  const value = (id: string, file: string): string =>
    (system.read(`${folder}/${id}/${file}`) ?? '').trim();
  const all = system.list(folder);
  if (all.length === 0) return undefined;
  return all.filter(
    (id) => value(id, 'vendor') === '0x10de' && value(id, 'class').startsWith('0x03'),
  ).length;
}
