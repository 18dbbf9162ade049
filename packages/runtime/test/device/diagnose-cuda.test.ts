import { diagnoseCuda, gatherEnvironment } from '@pip-graft/runtime';
import { describe, expect, it } from 'vitest';
import { elf } from '../support/elf.ts';
import { type Machine, runtimeFolder, system } from '../support/machine.ts';

const binaries = `${runtimeFolder}/bin/napi-v6/linux/x64`;
const query =
  'nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader,nounits';
const cudaLibraries = [
  'libcublasLt.so.13',
  'libcublas.so.13',
  'libcurand.so.10',
  'libcudart.so.13',
];

const smi = (row: string, cuda: string): Record<string, string> => ({
  [query]: `${row}\n`,
  'nvidia-smi': `| NVIDIA-SMI ${row.split(', ')[1]}  Driver Version: ${row.split(', ')[1]}  CUDA Version: ${cuda} |`,
});
const h200 = smi('NVIDIA H200, 580.159.03, 143771, 9.0', '13.0');
const providers = {
  [`${binaries}/libonnxruntime_providers_shared.so`]: elf({ needed: ['libc.so.6'] }),
  [`${binaries}/libonnxruntime_providers_cuda.so`]: elf({
    needed: [...cudaLibraries, 'libcuda.so.1', 'libc.so.6'],
  }),
};
const at = (folder: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, '']));
const common = at('/lib/x86_64-linux-gnu', ['libc.so.6', 'libcuda.so.1']);
const cuda13 = at('/usr/local/cuda/lib64', cudaLibraries);
const cudnn9 = at('/usr/lib/x86_64-linux-gnu', ['libcudnn.so.9']);
const onPath = { LD_LIBRARY_PATH: '/usr/local/cuda/lib64' };
const card = {
  '/sys/bus/pci/devices/0000:01:00.0/vendor': '0x10de\n',
  '/sys/bus/pci/devices/0000:01:00.0/class': '0x030200\n',
};

/** A machine with everything that CUDA needs. */
const whole: Machine = {
  programs: h200,
  variables: onPath,
  files: { ...providers, ...common, ...cuda13, ...cudnn9, ...card },
};
const without = (files: Record<string, unknown>): Machine => ({
  ...whole,
  files: Object.fromEntries(Object.entries(whole.files ?? {}).filter(([path]) => !(path in files))),
});
const withFiles = (machine: Machine, files: Machine['files']): Machine => ({
  ...machine,
  files: { ...machine.files, ...files },
});

/** The first problem found, and the command that fixes it. */
async function blocking(machine: Machine, nativeLog?: string, deviceId = 0) {
  const environment = await gatherEnvironment(system(machine));
  const { findings, fix } = diagnoseCuda(environment, {
    deviceId,
    ...(nativeLog === undefined ? {} : { nativeLog }),
  });
  const first = findings.find(({ met }) => !met);
  return first && { what: first.what, found: first.found, command: fix?.command };
}

describe('diagnoseCuda', () => {
  it('finds no problem on a complete machine, and says what it found', async () => {
    const { findings, fix } = diagnoseCuda(await gatherEnvironment(system(whole)));
    expect(fix).toBeUndefined();
    expect(findings.map(({ what, met, found }) => [what, met, found])).toEqual([
      ['NVIDIA GPU', true, 'NVIDIA H200, 140 GiB, compute capability 9.0'],
      ['NVIDIA driver', true, '580.159.03, serves CUDA 13.0'],
      ['onnxruntime-node', true, '1.30.0, with both'],
      ['CUDA 13 libraries', true, '/usr/local/cuda/lib64'],
      ['cuDNN', true, '9, /usr/lib/x86_64-linux-gnu'],
    ]);
  });

  const rebuild =
    'ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node --ignore-scripts=false';
  it.each<[string, Machine, { what: string; found: string; command: string | undefined }]>([
    [
      'another platform',
      { platform: 'darwin', arch: 'arm64' },
      { what: 'platform', found: 'darwin arm64', command: undefined },
    ],
    [
      'musl',
      { ...whole, glibc: null },
      { what: 'platform', found: 'a C library that is not glibc', command: undefined },
    ],
    [
      'no onnxruntime',
      { ...whole, runtimeFolder: null },
      {
        what: 'onnxruntime-node',
        found: 'not installed',
        command: 'npm install onnxruntime-node@1.30.0',
      },
    ],
    [
      'our own onnxruntime only',
      { ...whole, runtimeFolder: null, ownRuntime: true },
      {
        what: 'onnxruntime-node',
        found: '@pip-graft/onnxruntime, which has no CUDA',
        command: 'npm install onnxruntime-node@1.30.0',
      },
    ],
    ['no card', {}, { what: 'NVIDIA GPU', found: 'none', command: undefined }],
    [
      'a container that shows no bus',
      { files: { '/.dockerenv': '' }, bus: false },
      { what: 'NVIDIA GPU', found: 'none', command: 'docker run --gpus all …' },
    ],
    [
      'a card without a driver',
      { files: card },
      { what: 'NVIDIA driver', found: 'none', command: 'sudo apt-get install nvidia-driver-580' },
    ],
    [
      'the same on another distribution',
      { files: { ...card, '/etc/os-release': 'ID="fedora"\nVERSION_ID=42\n' } },
      { what: 'NVIDIA driver', found: 'none', command: 'sudo dnf install nvidia-open' },
    ],
    [
      'a container without its GPUs',
      { files: { ...card, '/.dockerenv': '' } },
      { what: 'NVIDIA driver', found: 'none', command: 'docker run --gpus all …' },
    ],
    [
      'an old card',
      { ...whole, programs: smi('Tesla V100-SXM2-16GB, 580.10, 16384, 7.0', '13.0') },
      {
        what: 'NVIDIA GPU',
        found: 'Tesla V100-SXM2-16GB, 16 GiB, compute capability 7.0',
        command: undefined,
      },
    ],
    [
      'an old driver',
      { ...whole, programs: smi('NVIDIA L4, 550.90.07, 23034, 8.9', '12.4') },
      {
        what: 'NVIDIA driver',
        found: '550.90.07, serves CUDA 12.4',
        command: 'sudo apt-get install nvidia-driver-580',
      },
    ],
    [
      'hidden cards',
      { ...whole, variables: { ...onPath, CUDA_VISIBLE_DEVICES: '-1' } },
      {
        what: 'CUDA_VISIBLE_DEVICES',
        found: "'-1', which hides every GPU",
        command: 'unset CUDA_VISIBLE_DEVICES',
      },
    ],
    [
      'a driver whose library the loader does not see',
      withFiles(without(common), {
        '/lib/x86_64-linux-gnu/libc.so.6': '',
        '/usr/local/nvidia/lib64/libcuda.so.1': '',
      }),
      {
        what: 'NVIDIA driver',
        found: '580.159.03, serves CUDA 13.0, but without libcuda.so.1',
        command:
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
          'export LD_LIBRARY_PATH=/usr/local/nvidia/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}',
      },
    ],
    [
      'the provider libraries missing',
      without(providers),
      {
        what: 'onnxruntime-node',
        found: '1.30.0, without providers_shared.so, providers_cuda.so',
        command: rebuild,
      },
    ],
    [
      'a provider library cut off',
      withFiles(whole, { [`${binaries}/libonnxruntime_providers_cuda.so`]: elf().slice(0, 70) }),
      {
        what: 'onnxruntime-node',
        found: `${binaries}/libonnxruntime_providers_cuda.so: bytes 64 to 176 were needed, but it has 70; the file is cut off.`,
        command: rebuild,
      },
    ],
    [
      'no CUDA libraries, but those of an older one',
      withFiles(without(cuda13), { '/usr/local/cuda/lib64/libcudart.so.12': '' }),
      {
        what: 'CUDA 13 libraries',
        found: `without ${cudaLibraries.join(', ')}; CUDA 12 is installed`,
        command: 'sudo apt-get install cuda-libraries-13-0 libcudnn9-cuda-13',
      },
    ],
    [
      'CUDA libraries where the loader does not look',
      { ...whole, variables: {} },
      {
        what: 'CUDA 13 libraries',
        found: `without ${cudaLibraries.join(', ')}`,
        command:
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
          'export LD_LIBRARY_PATH=/usr/local/cuda/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}',
      },
    ],
    [
      'the older cuDNN only',
      withFiles(without(cudnn9), { '/usr/lib/x86_64-linux-gnu/libcudnn.so.8': '' }),
      {
        what: 'cuDNN',
        found: '8 only',
        command: 'sudo apt-get install cuda-libraries-13-0 libcudnn9-cuda-13',
      },
    ],
    [
      'no package manager that is known',
      withFiles(without(cudnn9), { '/etc/os-release': 'ID=void\n' }),
      {
        what: 'cuDNN',
        found: 'none',
        command:
          'python3 -m pip install nvidia-cuda-runtime==13.* nvidia-cublas==13.* nvidia-curand==10.* nvidia-cudnn-cu13==9.*',
      },
    ],
  ])('names the first cause and one command: %s', async (_, machine, expected) => {
    expect(await blocking(machine)).toEqual(expected);
  });

  const home = '/opt/venv/lib/python3.12/site-packages';
  it.each<[string, Partial<Machine>]>([
    ['the environment on PATH', { variables: { PATH: '/opt/venv/bin' } }],
    ['the environment in use', { variables: { VIRTUAL_ENV: '/opt/venv' } }],
    [
      'what python3 itself says',
      {
        variables: {},
        programs: {
          ...h200,
          'python3 -c import sys; print("\\n".join(sys.path))': `/usr/lib/python312.zip\n${home}\n`,
        },
      },
    ],
  ])('finds libraries installed by Python packages, by %s', async (_, where) => {
    const machine: Machine = { ...without({ ...cuda13, ...cudnn9 }), ...where };
    const environment = await gatherEnvironment(
      system(
        withFiles(machine, {
          '/opt/venv/bin/python3': '',
          ...at(`${home}/nvidia/cu13/lib`, cudaLibraries),
          ...at(`${home}/nvidia/cudnn/lib`, ['libcudnn.so.9']),
        }),
      ),
    );
    expect(diagnoseCuda(environment).libraryPath).toEqual([
      `${home}/nvidia/cu13/lib`,
      `${home}/nvidia/cudnn/lib`,
    ]);
  });

  it('searches like the loader: LD_LIBRARY_PATH, RUNPATH, the cache, the standard folders', async () => {
    const provider = `${binaries}/libonnxruntime_providers_shared.so`;
    const places = [
      '/first/libx.so',
      `${binaries}/second/libx.so`,
      '/third/libx.so',
      '/usr/lib64/libx.so',
    ];
    const found = await Promise.all(
      [0, 1, 2, 3, 4].map(async (gone) => {
        const environment = await gatherEnvironment(
          system({
            variables: { LD_LIBRARY_PATH: '/first' },
            programs: {
              'ldconfig -p':
                '\tlibx.so (libc6) => /wrong/libx.so\n\tlibx.so (libc6,x86-64) => /third/libx.so\n',
            },
            files: {
              [provider]: elf({ needed: ['libx.so'], runpath: '$ORIGIN/second' }),
              ...Object.fromEntries(places.slice(gone).map((path) => [path, ''])),
            },
          }),
        );
        return environment.cuda.providers[0]?.needed[0]?.path;
      }),
    );
    expect(found).toEqual([...places, undefined]);
  });

  it('asks the kernel module without nvidia-smi', async () => {
    const { cuda } = await gatherEnvironment(
      system({
        files: {
          '/proc/driver/nvidia/version':
            'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\nGCC version: 13.3.0\n',
          '/proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA L4\nIRQ: 1\n',
        },
      }),
    );
    expect([cuda.driver, cuda.gpus]).toEqual([{ version: '580.65.06' }, [{ name: 'NVIDIA L4' }]]);
  });

  it('recognises a device id that does not exist', async () => {
    expect(await blocking(whole, undefined, 3)).toMatchObject({
      what: 'NVIDIA GPU',
      found: '1, numbered from 0',
    });
  });

  it.each<[string, string, string, string | undefined]>([
    [
      'CUDA failure 100: no CUDA-capable device is detected ; GPU=-1',
      'NVIDIA GPU',
      'no CUDA-capable device is detected',
      undefined,
    ],
    [
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version',
      'NVIDIA driver',
      'driver version is insufficient for CUDA runtime version',
      'sudo apt-get install nvidia-driver-580',
    ],
    [
      "libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by x.so)",
      'C library',
      'GLIBCXX_3.4.32',
      undefined,
    ],
    [
      'x.so: undefined symbol: Provider_GetHost',
      'provider library',
      'undefined symbol: Provider_GetHost',
      rebuild,
    ],
    [
      'CUDNN failure 1001: CUDNN_STATUS_NOT_INITIALIZED ; GPU=0',
      'cuDNN',
      'CUDNN_STATUS_NOT_INITIALIZED',
      undefined,
    ],
    [
      'CUDA failure 2: out of memory ; GPU=0',
      'GPU memory',
      'CUDA failure 2: out of memory ; GPU=0',
      'nvidia-smi',
    ],
  ])('finds the reason in native output: %s', async (log, what, found, command) => {
    expect(await blocking(whole, log)).toEqual({ what, found, command });
  });

  it('does not repeat what the files already showed', async () => {
    const log =
      'Failed to load library x.so with error: libcublasLt.so.13: cannot open shared object file: No such file';
    const environment = await gatherEnvironment(system(without(cuda13)));
    const { findings } = diagnoseCuda(environment, { nativeLog: log });
    expect(findings.filter(({ met }) => !met).map(({ what }) => what)).toEqual([
      'CUDA 13 libraries',
    ]);
    expect((await blocking(whole, log))?.found).toBe('libcublasLt.so.13');
  });
});
