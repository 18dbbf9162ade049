// What the loader, CUDA's runtime and onnxruntime say when CUDA cannot work, each provoked for
// real: onnxruntime-node with the CUDA provider, NVIDIA's libraries and a driver library made here.
// The wheels are taken from $PIP_GRAFT_CUDA_WHEELS, otherwise in out/cuda-wheels; nothing is
// downloaded here. To fetch them (1.3 GB):
//   npm run cuda-bundle -- --libraries
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaWheels } from '../../scripts/cuda/bundle/fetch-libraries.mjs';
import { fetchProvider } from '../../scripts/cuda/bundle/fetch-provider.mjs';
import { stagePackages } from '../../scripts/cuda/bundle/stage-packages.mjs';
import { extract, findWheel, membersOf } from '../../scripts/cuda/bundle/wheel.mjs';
import { root } from '../../scripts/cuda/check/run-step.mjs';

const wheels = process.env['PIP_GRAFT_CUDA_WHEELS'] ?? join(root, 'out/cuda-wheels');
const provider = { name: 'onnxruntime-gpu', version: '1.30.0' };
/** The libraries that the provider is linked with, and the one that shows that cuDNN is there. */
const libraries = /\/lib(cublas|cublasLt|curand|cudart|cudnn)\.so\.\d+$/;

function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'CUDA is on linux x64 only';
  if (!existsSync(wheels)) return `no folder ${basename(wheels)} with wheels`;
  const missing = [provider, ...cudaWheels.filter(({ name }) => !name.includes('nvrtc'))].filter(
    ({ name, version }) => findWheel(name, version, wheels) === undefined,
  );
  if (missing.length > 0) return `no wheel of ${missing.map(({ name }) => name).join(', ')}`;
  const listed = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  if (/libcud(a|art)\.so/.test(listed)) return 'CUDA or its driver is installed here';
  const tools = ['gcc', 'unzip'].filter((tool) => spawnSync(tool, ['-v']).error !== undefined);
  return tools.length > 0 ? `no ${tools.join(', ')}` : undefined;
}

const skip = reasonToSkip();
if (skip !== undefined) it.skip(`the loader's errors: ${skip}`, () => {});

describe.runIf(skip === undefined)('a machine on which CUDA cannot work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-cuda-loader-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const stage = join(folder, 'stage');
  const cuda = join(folder, 'cuda');
  const binaries = join(stage, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64');

  beforeAll(() => {
    mkdirSync(stage);
    mkdirSync(cuda);
    stagePackages(root, stage);
    fetchProvider({ wheels, stage, say: () => {} });
    for (const { name, version } of cudaWheels) {
      const wheel = findWheel(name, version, wheels);
      if (wheel === undefined) continue;
      extract(
        wheel,
        [...membersOf(wheel).keys()].map(String).filter((member) => libraries.test(member)),
        cuda,
      );
    }
  });

  /** A folder with those of CUDA's libraries whose names match. */
  function some(name: string, wanted: (library: string) => boolean): string {
    const target = join(folder, name);
    mkdirSync(target);
    for (const library of readdirSync(cuda).filter(wanted))
      symlinkSync(join(cuda, library), join(target, library));
    return target;
  }

  /** A folder with a library of that name, compiled from a source file. */
  function compiled(name: string, library: string, source: string, ...defines: string[]): string {
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    const flags = ['-shared', '-fPIC', `-Wl,-soname,${library}`, ...defines];
    const { status, stderr } = spawnSync('gcc', [...flags, '-o', join(target, library), source], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return target;
  }

  const stub = join(root, 'test/cuda/stub-driver.c');
  const driver = (name: string, version: number) =>
    compiled(name, 'libcuda.so.1', stub, `-DVERSION=${version}`, '-DRESULT=100');

  /** What `graft doctor` reports with these folders on the loader's path. */
  function examined(...folders: string[]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(stage, 'packages/cli/bin/graft.js'), 'doctor', '--device', 'cuda', '--json'],
      {
        env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: folders.join(':') },
        encoding: 'utf8',
      },
    );
    expect(status, stderr).toBe(6);
    const [{ detail, findings }] = JSON.parse(stdout).devices;
    const lacking = (findings as { what: string; met: boolean; found: string }[])
      .filter(({ met }) => !met)
      .map(({ what, found }) => [what, found]);
    return { detail: detail as string, lacking: Object.fromEntries(lacking) };
  }

  it('names a missing library as the loader does, and the doctor finds it from the file', () => {
    const { detail, lacking } = examined(
      some('no-cublas', (name) => !name.startsWith('libcublas')),
      driver('driver-of-13', 13000),
    );
    expect(detail).toContain('libcublasLt.so.13: cannot open shared object file');
    expect(lacking['CUDA 13 libraries']).toBe('without libcublasLt.so.13, libcublas.so.13');
  });

  it('a wrong major version: CUDA 12 is installed, 13 is not', () => {
    const empty = join(folder, 'empty.c');
    writeFileSync(empty, 'int cudaRuntimeGetVersion(int *v) { *v = 12080; return 0; }\n');
    const { detail, lacking } = examined(
      some('no-cudart', (name) => !name.startsWith('libcudart')),
      compiled('cuda-12', 'libcudart.so.12', empty),
      driver('driver-again', 13000),
    );
    expect(detail).toContain('libcudart.so.13: cannot open shared object file');
    expect(lacking['CUDA 13 libraries']).toBe('without libcudart.so.13; CUDA 12 is installed');
  });

  it('no driver', () => {
    const { detail } = examined(cuda);
    expect(detail).toContain('libcuda.so.1: cannot open shared object file');
  });

  it('a driver that is too old for CUDA 13', () => {
    const { detail, lacking } = examined(cuda, driver('driver-of-12', 12080));
    expect(detail).toMatch(/CUDA failure 35: CUDA driver version is insufficient/);
    expect(lacking).not.toHaveProperty('CUDA 13 libraries');
  });

  it('no device', () => {
    const { detail, lacking } = examined(cuda, driver('driver-without-device', 13000));
    expect(detail).toMatch(/CUDA failure 100: no CUDA-capable device is detected/);
    expect(Object.keys(lacking)).not.toContain('CUDA 13 libraries');
    expect(Object.keys(lacking)).not.toContain('cuDNN');
  });

  it('a truncated provider library', () => {
    const path = join(binaries, 'libonnxruntime_providers_cuda.so');
    const whole = `${path}.whole`;
    renameSync(path, whole);
    copyStart(whole, path, 1 << 20);
    const { detail, lacking } = examined(cuda, driver('driver-last', 13000));
    rmSync(path);
    renameSync(whole, path);
    // The loader maps pages that are missing; that kills the probe's process, but not the doctor.
    expect(detail).toMatch(/SIGBUS|file too short/);
    expect(lacking['onnxruntime-node']).toContain('libonnxruntime_providers_cuda.so');
  });
});

function copyStart(from: string, to: string, bytes: number): void {
  const start = Buffer.alloc(bytes);
  const file = openSync(from, 'r');
  readSync(file, start, 0, bytes, 0);
  closeSync(file);
  writeFileSync(to, start);
}
