import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { keepMetadata } from '../src/download.ts';
import { uprightExif, uprightXmp } from '../src/metadata/jpeg-metadata.ts';

const grey = { create: { width: 4, height: 3, channels: 3, background: '#888' } } as const;
const exif = { IFD0: { Artist: 'Somebody' } };

const blob = (bytes: Uint8Array, type: string): Blob => new Blob([bytes as BlobPart], { type });

describe('the metadata of a download', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'is that of the original, upright: %s',
    async (format) => {
      const type = `image/${format}`;
      const original = await sharp(grey)
        .withExif(exif)
        .withMetadata({ orientation: 6 })
        .withIccProfile('p3')
        [format]()
        .toBuffer();
      expect((await sharp(original).metadata()).orientation).toBe(6);
      const made = await sharp(grey)[format]().toBuffer();
      const { file, kept, dropped } = await keepMetadata(blob(made, type), blob(original, type));
      expect(kept).toContain('EXIF');
      expect(dropped).toEqual(['the colour profile (colours are sRGB now)']);
      expect(file.type).toBe(type);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const found = await sharp(bytes).metadata();
      expect([found.orientation, found.width, found.height]).toEqual([1, 4, 3]);
      expect(found.exif!.toString('latin1')).toContain('Somebody');
      // The pixels are unchanged; a wrong checksum would be an error.
      expect(await sharp(bytes, { failOn: 'warning' }).raw().toBuffer()).toEqual(
        await sharp(made).raw().toBuffer(),
      );
    },
  );

  it.each([
    ['lossless', { lossless: true }, false],
    ['with transparency', { lossless: true }, true],
    ['lossy with transparency', {}, true],
  ])('of a WebP file is added to one that is %s', async (_, options, transparent) => {
    const background = { r: 90, g: 120, b: 150, alpha: transparent ? 0.5 : 1 };
    const create = { width: 5, height: 3, channels: transparent ? 4 : 3, background } as const;
    const made = await sharp({ create }).webp(options).toBuffer();
    const original = await sharp(grey).withExif(exif).withXmp('<x/>').webp().toBuffer();
    const { file, kept } = await keepMetadata(
      blob(made, 'image/webp'),
      blob(original, 'image/webp'),
    );
    expect(kept.toSorted()).toEqual(['EXIF', 'XMP']);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const found = await sharp(bytes).metadata();
    expect([found.width, found.height, found.hasAlpha]).toEqual([5, 3, transparent]);
    expect(found.xmp!.toString()).toBe('<x/>');
    expect(await sharp(bytes, { failOn: 'warning' }).raw().toBuffer()).toEqual(
      await sharp(made).raw().toBuffer(),
    );
  });

  it('is reported as dropped if it cannot be kept', async () => {
    const made = blob(await sharp(grey).png().toBuffer(), 'image/png');
    const original = blob(new Uint8Array(), 'image/avif');
    const { file, dropped } = await keepMetadata(made, original);
    expect(file).toBe(made);
    expect(dropped).toEqual(['metadata (none is kept for AVIF files)']);
    const unknown = await keepMetadata(made, blob(new Uint8Array(), ''));
    expect(unknown.dropped).toEqual(['metadata (none is kept for unknown files)']);
  });

  it('says that the animation of a GIF file is dropped', async () => {
    const animated = true;
    vi.stubGlobal(
      'ImageDecoder',
      class {
        readonly tracks = { ready: Promise.resolve(), selectedTrack: { animated } };
        close(): void {}
      },
    );
    try {
      const made = blob(await sharp(grey).png().toBuffer(), 'image/png');
      const { dropped } = await keepMetadata(made, blob(Uint8Array.of(1), 'image/gif'));
      expect(dropped).toEqual([
        'metadata (none is kept for GIF files)',
        'the animation (the first frame is kept)',
      ]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('says that an animation and 16 bits are dropped', async () => {
    const made = blob(await sharp(grey).png().toBuffer(), 'image/png');
    const raw = { width: 1, height: 1, channels: 3 } as const;
    const deep = await sharp(Uint16Array.of(1, 2, 3), { raw })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const control = Buffer.from('000000086163544c00000002000000000000', 'hex');
    const head = 33;
    const animated = Buffer.concat([
      deep.subarray(0, head),
      control,
      Buffer.alloc(2),
      deep.subarray(head),
    ]);
    const { dropped } = await keepMetadata(made, blob(animated, 'image/png'));
    expect(dropped).toEqual(['16 bits a channel', 'the animation (the first frame is kept)']);
    // A JPEG whose byte 24 is 16.
    const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb0043100b0c0e0c', 'hex');
    expect((await keepMetadata(made, blob(jpeg, 'image/png'))).dropped).toEqual([]);
  });

  it('says that further images in a JPEG, as phones write them, are dropped', async () => {
    const made = await sharp(grey).jpeg().toBuffer();
    const index = Buffer.from('ffe200084d5046000000', 'hex');
    const original = Buffer.concat([made.subarray(0, 2), index, made.subarray(2)]);
    const type = 'image/jpeg';
    const { dropped } = await keepMetadata(blob(made, type), blob(original, type));
    expect(dropped).toEqual(['further images in the file, such as the gain map for HDR screens']);
  });

  it('says that the animation of a WebP file is dropped', async () => {
    const create = { ...grey.create, background: '#123' };
    const frames = await Promise.all(
      [grey, { create }].map((image) => sharp(image).png().toBuffer()),
    );
    const original = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    const made = await sharp(grey).webp().toBuffer();
    const type = 'image/webp';
    const { dropped } = await keepMetadata(blob(made, type), blob(original, type));
    expect(dropped).toEqual(['the animation (the first frame is kept)']);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('is empty for a truncated %s', async (format) => {
    const type = `image/${format}`;
    const made = blob(await sharp(grey)[format]().toBuffer(), type);
    const original = await sharp(grey).withExif(exif)[format]().toBuffer();
    for (let end = 0; end < original.length; end += 7) {
      const { file } = await keepMetadata(made, blob(original.subarray(0, end), type));
      const { width } = await sharp(new Uint8Array(await file.arrayBuffer())).metadata();
      expect(width).toBe(4);
    }
  });

  it('has no XMP that no longer fits its segment, and says so', async () => {
    const made = await sharp(grey).jpeg().toBuffer();
    const name = new TextEncoder().encode('http://ns.adobe.com/xap/1.0/\0');
    // Not UTF-8: each byte becomes three.
    const segment = (bytes: number): Uint8Array => {
      const length = 2 + name.length + bytes;
      const xmp = new Uint8Array(bytes).fill(0xff);
      return Uint8Array.from([0xff, 0xe1, length >> 8, length & 0xff, ...name, ...xmp]);
    };
    const keep = async (bytes: number) => {
      const original = Buffer.concat([made.subarray(0, 2), segment(bytes), made.subarray(2)]);
      const { file, ...said } = await keepMetadata(
        blob(made, 'image/jpeg'),
        blob(original, 'image/jpeg'),
      );
      const pixels = await sharp(await file.arrayBuffer(), { failOn: 'warning' })
        .raw()
        .toBuffer();
      expect(pixels).toEqual(await sharp(made).raw().toBuffer());
      return { ...said, added: file.size - made.length };
    };
    // The most that a segment holds: 65535 with its length and name.
    const most = Math.floor((65535 - 2 - name.length) / 3);
    const added = 4 + name.length + 3 * most;
    expect(await keep(most)).toEqual({ kept: ['XMP'], dropped: [], added });
    expect(await keep(most + 1)).toEqual({
      kept: [],
      dropped: ['XMP that is damaged'],
      added: 0,
    });
  });

  it('has no invalid EXIF', () => {
    expect(uprightExif(new Uint8Array(20))).toBeUndefined();
    expect(
      uprightExif(Uint8Array.from([0x49, 0x49, 42, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0])),
    ).toBe(undefined);
  });

  it('resets the orientation in XMP, too', () => {
    const xmp = '<x tiff:Orientation="6" a="6"><tiff:Orientation>8</tiff:Orientation></x>';
    expect(new TextDecoder().decode(uprightXmp(new TextEncoder().encode(xmp)))).toBe(
      '<x tiff:Orientation="1" a="6"><tiff:Orientation>1</tiff:Orientation></x>',
    );
  });
});
