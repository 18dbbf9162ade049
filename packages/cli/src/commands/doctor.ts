import { arch, cpus, platform, totalmem } from 'node:os';
import { formatDevice, table } from '@pip-graft/report/text';
import {
  type Device,
  type DeviceEnvironment,
  type DeviceProbe,
  type Diagnosis,
  diagnoseCuda,
  diagnoseWebgpu,
  gatherEnvironment,
  probeDevice,
} from '@pip-graft/runtime';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';
import { version } from '../version.ts';

interface Options {
  readonly device?: Device;
  readonly deviceId: number;
}

/** Result of testing a device, and why it failed or what it uses. */
export interface Examined extends DeviceProbe, Diagnosis {}

const devices: readonly Device[] = ['cpu', 'cuda', 'webgpu'];

export function command(): Command {
  return define(
    'doctor',
    'Shows what works on this machine, by trying it, and how to fix the rest',
    ['graft doctor', 'graft doctor --device cuda', 'graft doctor --json'],
  )
    .addOption(
      new Option('--device <device>', 'check only this device; exit 6 if it does not work').choices(
        devices,
      ),
    )
    .addOption(
      new Option('--device-id <number>', 'index of the CUDA device')
        .argParser(wholeNumber(0, 255))
        .default(0),
    )
    .action(
      run<[], Options>(async (session, { device, deviceId }) => {
        const environment = await gatherEnvironment();
        const machine = {
          graft: version,
          node: process.versions.node,
          platform: `${platform()} ${arch()}`,
          cores: cpus().length,
          memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
          onnxruntime: environment.runtime?.version ?? environment.ownRuntime ?? 'not installed',
        };
        const wanted = device === undefined ? devices : [device];
        const examined: Examined[] = [];
        for (const [index, name] of wanted.entries()) {
          session.progress(`trying ${name}`, index, wanted.length);
          const probe = await probeDevice(name, { deviceId });
          examined.push({ ...probe, ...diagnose(probe, environment, deviceId) });
        }
        const required = device ?? 'cpu';
        const works = examined.some((one) => one.device === required && one.works);
        const text = [
          table(Object.entries(machine).map(([name, value]) => [name, String(value)])),
          ...examined.map(formatDevice),
        ];
        return {
          json: { machine, devices: examined, environment },
          text: text.join('\n\n'),
          isAnswer: true,
          exit: works ? 0 : 6,
        };
      }),
    );
}

/** Diagnoses what is in the way; for a device that works, returns findings but no fix. */
function diagnose(
  { device, works, detail }: DeviceProbe,
  environment: DeviceEnvironment,
  deviceId: number,
): Diagnosis {
  const nativeLog = works ? '' : detail;
  if (device === 'cpu') return { findings: [] };
  const { fix, ...rest } =
    device === 'cuda'
      ? diagnoseCuda(environment, { nativeLog, deviceId })
      : diagnoseWebgpu(environment, { nativeLog });
  return { ...rest, ...(works || fix === undefined ? {} : { fix }) };
}
