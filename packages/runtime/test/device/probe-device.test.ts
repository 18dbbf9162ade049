import { GraftError } from '@pip-graft/onnx-graft';
import { createSession, probeDevice } from '@pip-graft/runtime';
import { describe, expect, it } from 'vitest';

describe('probeDevice', () => {
  it('proves the CPU by a convolution', async () => {
    const probe = await probeDevice('cpu');
    expect(probe.works).toBe(true);
    expect(probe.detail).toMatch(/a convolution ran with a correct result \(largest error \d/);
  });

  it('does not trust a device that computes wrongly, and passes on the device id', async () => {
    const asked: unknown[] = [];
    const probe = await probeDevice('cuda', {
      deviceId: 2,
      open: async (model, options) => {
        asked.push(options);
        const session = await createSession(model);
        return {
          ...session,
          run: async (feeds) => {
            const { y } = await session.run(feeds);
            const data = (y!.data as Float32Array).map((value) => value + 0.1);
            return { y: { type: 'float32', dims: y!.dims, data } };
          },
        };
      },
    });
    expect(asked).toEqual([
      { device: 'cuda', deviceId: 2, label: 'probe', isolation: { timeout: 60_000 } },
    ]);
    expect([probe.works, probe.detail]).toEqual([
      false,
      'a convolution ran with a WRONG result (largest error 1.0e-1)',
    ]);
  });

  it('gives the reason for a missing device', async () => {
    const open = () =>
      Promise.reject(
        new GraftError('DEVICE_UNAVAILABLE', 'probe: cannot run on cuda on this machine: no'),
      );
    expect(await probeDevice('cuda', { open })).toEqual({
      device: 'cuda',
      works: false,
      detail: 'cannot run on cuda on this machine: no',
    });
  });
});
