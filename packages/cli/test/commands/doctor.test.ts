import { tmpdir } from 'node:os';
import type { DeviceEnvironment, DeviceProbe, Diagnosis } from '@pip-graft/runtime';
import { describe, expect, it } from 'vitest';
import { graft } from '../graft.ts';

interface Doctor {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly devices: readonly (DeviceProbe & Diagnosis)[];
  readonly environment: DeviceEnvironment;
}

const doctor = (...args: string[]) => graft(tmpdir(), 'doctor', ...args);

describe('graft doctor', () => {
  it('tries every device and exits with 0 if the CPU works', () => {
    const { status, stdout } = doctor('--json');
    const { devices, environment } = JSON.parse(stdout) as Doctor;
    expect(status).toBe(0);
    expect(devices.map(({ device }) => device)).toEqual(['cpu', 'cuda', 'webgpu']);
    expect(devices[0]?.works).toBe(true);
    expect(environment.platform).toBe(`${process.platform} ${process.arch}`);
    expect(environment.runtime?.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('says what the requested device lacks and exits with 6', ({ skip }) => {
    const { status, stdout } = doctor('--device', 'cuda', '--json');
    const { devices } = JSON.parse(stdout) as Doctor;
    expect(devices.map(({ device }) => device)).toEqual(['cuda']);
    const [cuda] = devices;
    if (cuda?.works) skip('CUDA works on this machine');
    expect(status).toBe(6);
    expect(cuda?.findings.some(({ met }) => !met)).toBe(true);
    const text = doctor('--device', 'cuda').stdout;
    const first = cuda!.findings.find(({ met }) => !met)!;
    expect(text).toContain(`✗ cuda: ${cuda!.detail}`);
    expect(text).toContain(`(needs ${first.needed})`);
    expect(text).toContain(`→ ${cuda?.fix?.command ?? 'no automatic fix available'}`);
  });

  it('fits a screen', () => {
    expect(doctor().stdout.split('\n').length).toBeLessThanOrEqual(26);
  });

  it('rejects an unknown device', () => {
    expect(doctor('--device', 'tpu').status).toBe(2);
    expect(doctor('--device-id', '-1').status).toBe(2);
  });
});
