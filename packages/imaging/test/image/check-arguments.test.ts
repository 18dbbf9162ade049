import { degrade, imageOf, measureQuality, psnr } from '@pip-graft/imaging';
import { expect, test } from 'vitest';

// What programs in JavaScript pass, which have no compiler that tells them.
const any = (value: unknown) => value as never;
const image = imageOf(1, 1, new Float32Array(3));

test.each<[string, () => unknown, string]>([
  ['imageOf', () => imageOf(any('1'), 1, new Float32Array(3)), "'width' is a number and was"],
  ['imageOf', () => imageOf(1, 1, any(undefined)), 'a Float32Array and was passed undefined'],
  ['degrade', () => degrade(any(Promise.resolve(image)), 'noise', 1), 'a promise; await it'],
  ['psnr', () => psnr(image, any('photo.png')), 'an image, which `imageOf` and `readImage` return'],
  ['measureQuality', () => measureQuality(any(undefined), image), 'passed undefined'],
])('%s says what it takes', (name, call, message) => {
  expect(call).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`^${name}: .*`)) as string,
    }) as Error,
  );
  expect(call).toThrow(message);
});
