import { arch, cpus, platform } from 'node:os';
import { type Device, loadRuntime } from '@pip-graft/runtime';
import type { Command } from 'commander';
import { probeDevice } from '../host/probe-device.ts';
import { define } from '../session/define.ts';
import { run } from '../session/run.ts';
import { table } from '../session/table.ts';
import { version } from '../version.ts';

const devices: readonly Device[] = ['cpu', 'cuda', 'webgpu'];

export function command(): Command {
  return define('doctor', 'Says what works on this machine, by trying it', [
    'graft doctor',
    'graft doctor --json',
  ]).action(
    run<[], object>(async (session) => {
      const machine = {
        graft: version,
        node: process.versions.node,
        platform: `${platform()} ${arch()}`,
        cores: cpus().length,
        onnxruntime: (await loadRuntime()).env.versions.node ?? 'unknown',
      };
      const probes = [];
      for (const [index, device] of devices.entries()) {
        session.progress(`trying ${device}`, index, devices.length);
        probes.push(await probeDevice(device));
      }
      const cpu = probes.some(({ device, works }) => device === 'cpu' && works);
      const text = [
        table(Object.entries(machine).map(([name, value]) => [name, String(value)])),
        '',
        table(probes.map(({ device, works, detail }) => [works ? '✓' : '✗', device, detail])),
      ];
      return { json: { machine, devices: probes }, text: text.join('\n'), exit: cpu ? 0 : 6 };
    }),
  );
}
