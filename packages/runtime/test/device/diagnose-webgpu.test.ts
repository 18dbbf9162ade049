import { diagnoseWebgpu, gatherEnvironment } from '@pip-graft/runtime';
import { describe, expect, it } from 'vitest';
import { type Machine, system } from '../support/machine.ts';

const icd = '/usr/share/vulkan/icd.d/lvp_icd.json';
const whole: Machine = {
  files: {
    '/usr/lib/x86_64-linux-gnu/libvulkan.so.1': '',
    '/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so': '',
    [icd]: '{ "ICD": { "library_path": "libvulkan_lvp.so", "api_version": "1.4.0" } }',
  },
};

async function diagnose(machine: Machine, nativeLog = '') {
  const environment = await gatherEnvironment(system(machine));
  const { findings, fix } = diagnoseWebgpu(environment, { nativeLog });
  const first = findings.find(({ met }) => !met);
  return first && { what: first.what, found: first.found, command: fix?.command };
}

describe('diagnoseWebgpu', () => {
  it('names the installed drivers', async () => {
    const { findings } = diagnoseWebgpu(await gatherEnvironment(system(whole)));
    expect(findings.map(({ met, found }) => [met, found])).toEqual([
      [true, '/usr/lib/x86_64-linux-gnu/libvulkan.so.1'],
      [true, 'lvp_icd'],
    ]);
  });

  it.each<[string, Machine, object | undefined]>([
    ['nothing is missing', whole, undefined],
    ['macOS brings its own', { platform: 'darwin', arch: 'arm64' }, undefined],
    [
      'linux arm64',
      { ...whole, arch: 'arm64' },
      { what: 'platform', found: 'linux arm64', command: undefined },
    ],
    [
      'no loader and no driver',
      {},
      { what: 'Vulkan loader', found: 'none', command: 'sudo apt-get install libvulkan1' },
    ],
    [
      'a driver whose library is missing',
      { files: { '/lib64/libvulkan.so.1': '', [icd]: '{"ICD":{"library_path":"libgone.so"}}' } },
      {
        what: 'Vulkan driver',
        found: `none can be loaded: ${icd}`,
        command: 'sudo apt-get install mesa-vulkan-drivers',
      },
    ],
    [
      'a manifest that is no JSON',
      { files: { '/lib64/libvulkan.so.1': '', [icd]: '{' } },
      {
        what: 'Vulkan driver',
        found: `none can be loaded: ${icd}`,
        command: 'sudo apt-get install mesa-vulkan-drivers',
      },
    ],
    [
      'a variable that hides the drivers',
      { ...whole, variables: { VK_ICD_FILENAMES: '/nowhere.json' } },
      {
        what: 'Vulkan driver',
        found: 'none can be loaded: /nowhere.json',
        command: 'unset VK_ICD_FILENAMES',
      },
    ],
  ])('%s', async (_, machine, expected) => {
    expect(await diagnose(machine)).toEqual(expected);
  });

  it("recognises an old Mesa by Dawn's output", async () => {
    const machine = {
      ...whole,
      files: { ...whole.files, '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
    };
    const log = 'Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.\n at ...';
    expect(await diagnose(machine, log)).toEqual({
      what: 'Vulkan driver',
      found: 'shaderUniform*ArrayDynamicIndexing required',
      command: 'sudo apt-get install -t bookworm-backports mesa-vulkan-drivers',
    });
  });
});
