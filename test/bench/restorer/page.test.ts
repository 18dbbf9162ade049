import { expect, it } from 'vitest';
import { gate, skipped } from '../../../scripts/bench/restorer/gate.mjs';
import { page } from '../../../scripts/bench/restorer/page.mjs';

it('the page has every gate, the failing labels, and the rivals with their number of images', () => {
  const rain = { name: 'Rain', label: 'rain', relation: 'at least', target: 30 } as const;
  const way = (psnr: number) => ({ psnr, ssim: 0.5 });
  const text = page({
    model: { file: 'a.onnx', digest: 'abcdef0123456789', labels: ['noise', 'rain'] },
    limit: 2,
    seconds: 130,
    failedLabels: ['rain'],
    gates: [gate({ ...rain, value: 29.5, unit: 'dB' }), skipped('Noise', 'noise', 'no figures')],
    sets: [
      {
        name: 'Set',
        label: 'noise',
        images: [
          { name: 'a', ways: { input: way(20), restored: way(31), host: way(30), BM3D: way(32) } },
          { name: 'b', ways: { input: way(22), restored: way(33), host: way(31) } },
        ],
      },
    ],
  });
  expect(text).toContain('the first 2 images of each set');
  expect(text).toContain('**2 gates: 0 passed, 1 failed, 1 skipped.** Labels that fail: rain.');
  expect(text).toContain('| Rain | ≥ 30 dB | 29.50 | **failed** |  |');
  expect(text).toContain('| Noise |  |  | skipped | no figures |');
  expect(text).toContain(
    '| Set (2) | noise | 21.00 / 0.500 | **32.00 / 0.500** | BM3D (1) 32.00 / 0.500; host alone 30.50 / 0.500 |',
  );
});
