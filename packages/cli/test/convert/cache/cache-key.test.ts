import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderDigest, inputDigests } from '../../../src/convert/cache/cache-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-digests-'));
  mkdirSync(join(folder, 'photos/input'), { recursive: true });
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'elsewhere/a.png'), 'one');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Digest of the images of a quality gate. */
const ofPhotos = (): string | undefined =>
  inputDigests(
    {
      name: 'a',
      output: 'a.onnx',
      source: { job: 'b' },
      gates: { quality: [{ name: 'q', data: 'photos', psnr: 20 } as never] },
    },
    folder,
    null,
    new Map(),
  )['photos'];

describe('the digest of a folder of images', () => {
  it('changes with the target of a linked image and of a linked folder', () => {
    const empty = ofPhotos();
    symlinkSync('../../elsewhere/a.png', join(folder, 'photos/input/a.png'));
    const linked = ofPhotos();
    writeFileSync(join(folder, 'elsewhere/a.png'), 'two');
    const changed = ofPhotos();
    symlinkSync('../elsewhere', join(folder, 'photos/target'));
    const both = ofPhotos();
    writeFileSync(join(folder, 'elsewhere/b.png'), 'three');
    expect(new Set([empty, linked, changed, both, ofPhotos()]).size).toBe(5);
  });

  it('is that of the same names and bytes without links', () => {
    symlinkSync('../elsewhere', join(folder, 'photos/target'));
    const linked = ofPhotos();
    rmSync(join(folder, 'photos/target'));
    mkdirSync(join(folder, 'photos/target'));
    writeFileSync(join(folder, 'photos/target/a.png'), 'one');
    expect(ofPhotos()).toBe(linked);
  });

  it('ends at links that form circles, and depends on where they lead', () => {
    symlinkSync('..', join(folder, 'photos/input/up'));
    symlinkSync('self', join(folder, 'photos/self'));
    const up = ofPhotos();
    rmSync(join(folder, 'photos/input/up'));
    symlinkSync('.', join(folder, 'photos/input/up'));
    const own = ofPhotos();
    rmSync(join(folder, 'photos/self'));
    expect(new Set([up, own, ofPhotos()]).size).toBe(3);
  });

  it('rejects a folder of more files than its bound instead of ignoring the rest', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'photos', name), name);
    expect(folderDigest(join(folder, 'photos'), 3)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(() => folderDigest(join(folder, 'photos'), 2)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: `${join(folder, 'photos')}: it has more than 2 files; name a folder of fewer images.`,
      }),
    );
  });
});
