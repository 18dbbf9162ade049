import { locateSkips } from '@pip-graft/backbones';
import { ops } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { reasonsOf, sitesOf } from './located-of.ts';
import { type Dims, Net } from './net.ts';

type Join = 'concat' | 'add' | 'mul';

interface Ways {
  readonly down: (net: Net, x: string) => string;
  readonly up: (net: Net, x: string, to: number, like: string) => string;
  readonly join?: Join;
  readonly dims?: Dims;
}

/** Two levels above a middle; returns the skip values from the top. */
function unet({ down, up, join = 'concat', dims }: Ways): { net: Net; skips: string[]; y: string } {
  const net = new Net();
  let x = net.relu(net.conv(net.image('image', dims), 8));
  const skips: string[] = [];
  for (let level = 0; level < 2; level++) {
    x = net.block(x);
    skips.push(x);
    x = down(net, x);
  }
  x = net.block(x);
  for (const skip of [...skips].reverse()) {
    const risen = up(net, x, net.of(skip), skip);
    if (join === 'concat') x = net.conv(net.concat(risen, skip), net.of(skip));
    else x = join === 'add' ? net.add(risen, skip) : net.mul(risen, skip);
    x = net.block(x);
  }
  return { net, skips, y: net.conv(x, 3) };
}

const downs: Record<string, Ways['down']> = {
  'strided convolution': (net, x) => net.conv(x, 2 * net.of(x), 3, 2),
  'max pooling': (net, x) => net.conv(net.maxPool(x), 2 * net.of(x)),
  PixelUnshuffle: (net, x) => net.unshuffle(net.conv(x, net.of(x) / 2)),
  'PixelUnshuffle written with Reshape': (net, x) =>
    net.reshapedUnshuffle(net.conv(x, net.of(x) / 2)),
  'strided slices': (net, x) => net.conv(net.focus(x), 2 * net.of(x)),
  interpolation: (net, x) => net.conv(net.resize(x, 0.5), 2 * net.of(x)),
};
const ups: Record<string, Ways['up']> = {
  ConvTranspose: (net, x, to) => net.convTranspose(x, to),
  PixelShuffle: (net, x, to) => net.shuffle(net.conv(x, 4 * to, 1)),
  'PixelShuffle written with Reshape': (net, x, to) => net.reshapedShuffle(net.conv(x, 4 * to, 1)),
  'Resize by a factor': (net, x, to) => net.conv(net.resize(x, 2), to),
  'Resize to the size of the skip': (net, x, to, like) => net.conv(net.resizeLike(x, like), to),
};
const down = downs['strided convolution']!;
const up = ups['ConvTranspose']!;

describe('a plain U-Net', () => {
  test.each(Object.keys(downs))('down by %s', (name) => {
    const { net, skips, y } = unet({ down: downs[name]!, up });
    const located = locateSkips(net.model(y));
    expect(sitesOf(located)).toEqual([
      [skips[0], 1, 8, 1, 'concat'],
      [skips[1], 2, 16, 2, 'concat'],
    ]);
    expect(located).toMatchObject({ family: 'unet', sizeMultiple: 4 });
  });

  test.each(Object.keys(ups))('up by %s', (name) => {
    const { net, skips, y } = unet({ down, up: ups[name]!, join: 'add' });
    const located = locateSkips(net.model(y));
    expect(sitesOf(located)).toEqual([
      [skips[0], 1, 8, 1, 'add'],
      [skips[1], 2, 16, 2, 'add'],
    ]);
    // Interpolating to the skip's own size accepts images of any size.
    expect(located.sizeMultiple).toBe(name.includes('the skip') ? 1 : 4);
  });

  test('joined by multiplication', () => {
    const { net, skips, y } = unet({ down, up, join: 'mul' });
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([
      [skips[0], 1, 8, 1, 'mul'],
      [skips[1], 2, 16, 2, 'mul'],
    ]);
  });

  test('of fixed size', () => {
    const { net, skips, y } = unet({ down, up, dims: [1, 3, 64, 64] });
    const located = locateSkips(net.model(y));
    expect(located.sites.map(({ value }) => value)).toEqual(skips);
    expect(located).toMatchObject({ sizeMultiple: 4, image: { height: 64, width: 64 } });
  });

  test('describes each site and the position of its reader', () => {
    const { net, skips, y } = unet({ down, up });
    const model = net.model(y);
    for (const [i, site] of locateSkips(model).sites.entries()) {
      const reader = model.graph.nodes.findIndex(
        ({ opType, inputs }) => opType === 'Concat' && inputs.includes(skips[i]!),
      );
      expect(site.uses).toEqual([{ node: reader, input: 1 }]);
      expect(site.consumer).toBe(model.graph.nodes[reader]!.name);
      expect(site.evidence.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['PixelUnshuffle', (net: Net, x: string) => net.unshuffle(x)],
    ['PixelUnshuffle written with Reshape', (net: Net, x: string) => net.reshapedUnshuffle(x)],
  ])('that reads blocks of pixels (%s), and a small image beside them', (_, blocks) => {
    const net = new Net();
    const image = net.image();
    const stem = net.block(net.conv(blocks(net, image), 8));
    const middle = net.block(down(net, stem));
    const joined = net.block(net.concat(up(net, middle, 8, stem), stem));
    const light = net.resizeLike(net.conv(net.conv(net.resize(image, 0.25), 16), 3), image);
    const y = net.add(net.shuffle(net.conv(joined, 12)), net.mul(image, light));
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([[stem, 2, 8, 2, 'concat']]);
  });

  test('that resizes its image and reads versions of it too, as channels', () => {
    const net = new Net();
    const image = net.image();
    const larger = net.resize(image, 2);
    const versions = net.conv(net.concat(larger, larger, larger, larger), 8);
    const stem = net.block(net.add(net.conv(larger, 8), versions));
    const joined = net.block(net.concat(up(net, net.block(down(net, stem)), 8, stem), stem));
    const y = net.resize(net.add(net.conv(joined, 3), larger), 0.5);
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([[stem, 1, 8, 1, 'concat']]);
  });

  test('starting below full resolution numbers its levels by scale', () => {
    const net = new Net();
    const stem = net.conv(net.image(), 8, 3, 2);
    const low = net.block(down(net, stem));
    const joined = net.concat(up(net, low, 8, stem), stem);
    const y = net.conv(net.resize(joined, 2), 3);
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([[stem, 2, 8, 2, 'concat']]);
  });
});

describe('on the skip path', () => {
  /** One level, with `treat` between the encoder and the join. */
  function treated(treat: (net: Net, skip: string, risen: string) => string) {
    const net = new Net();
    const skip = net.block(net.conv(net.image(), 8));
    const low = net.block(down(net, skip));
    const risen = up(net, low, 8, skip);
    const value = treat(net, skip, risen);
    const y = net.conv(net.concat(risen, value), 3);
    return { located: locateSkips(net.model(y)), skip, value };
  }

  test.each<[string, (net: Net, skip: string) => string]>([
    ['a 1x1 convolution', (net, skip) => net.conv(skip, 4, 1)],
    ['normalisation and activation', (net, skip) => net.relu(net.op('Softplus', skip))],
    ['a gate of its own', (net, skip) => net.mul(skip, net.op('Sigmoid', net.conv(skip, 8)))],
    [
      'channel attention',
      (net, skip) => net.mul(skip, net.op('Sigmoid', net.conv(net.globalPool(skip), 8, 1))),
    ],
    ['residual blocks', (net, skip) => net.block(net.block(skip))],
    [
      'group normalisation as PyTorch spells it',
      (net, skip) => {
        const { g } = net;
        const groups = ops.reshape(g, skip, [0, 2, -1]);
        const scale = [net.weight([2]), net.weight([2])];
        const normed = g.node('InstanceNormalization', [groups, ...scale])[0]!;
        const back = ops.reshape(g, normed, g.node('Shape', [skip])[0]!);
        return net.mul(net.is(8, back), net.op('Sigmoid', net.conv(skip, 8)));
      },
    ],
  ])('%s: the site is what the join reads', (_, treat) => {
    const { located, value } = treated(treat);
    expect(located.sites.map((site) => site.value)).toEqual([value]);
  });

  test('attention gated from below (Attention U-Net): the gated value is the site, not the gate', () => {
    const { located, skip, value } = treated((net, x, risen) => {
      const both = net.relu(net.add(net.conv(risen, 8, 1), net.conv(x, 8, 1)));
      return net.mul(x, net.op('Sigmoid', net.conv(both, 1, 1)));
    });
    expect(located.sites.map((site) => site.value)).toEqual([value]);
    expect(value).not.toBe(skip);
    expect(Object.values(reasonsOf(located))).toContain('spatial attention');
  });
});

describe('less plain networks', () => {
  test('a cascade of two U-Nets with fusion between them (as MPRNet) has the sites of both', () => {
    const net = new Net();
    const image = net.image();
    const stage = (x: string, fused?: { encoder: string; decoder: string }) => {
      let top = net.block(x);
      if (fused)
        top = net.add(net.add(top, net.conv(fused.encoder, 8, 1)), net.conv(fused.decoder, 8, 1));
      const low = net.block(down(net, top));
      const decoder = net.block(net.conv(net.concat(up(net, low, 8, top), top), 8));
      return { encoder: top, decoder };
    };
    const first = stage(net.conv(image, 8));
    const between = net.concat(net.conv(image, 8), first.decoder);
    const second = stage(net.conv(between, 8), first);
    const y = net.add(net.conv(second.decoder, 3), image);
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([
      [first.encoder, 1, 8, 1, 'concat'],
      [second.encoder, 2, 8, 1, 'concat'],
    ]);
  });

  test('nested skips (U-Net++): the encoder value at the last join of each level', () => {
    const net = new Net();
    const x00 = net.conv(net.image(), 8);
    const x10 = net.conv(net.maxPool(x00), 8);
    const x20 = net.conv(net.maxPool(x10), 8);
    const x01 = net.conv(net.concat(x00, net.resize(x10, 2)), 8);
    const x11 = net.conv(net.concat(x10, net.resize(x20, 2)), 8);
    const x02 = net.conv(net.concat(x00, x01, net.resize(x11, 2)), 8);
    const located = locateSkips(net.model(net.conv(x02, 3)));
    expect(sitesOf(located)).toEqual([
      [x00, 1, 8, 1, 'concat'],
      [x10, 2, 8, 2, 'concat'],
    ]);
    expect(located.sites[0]!.consumer).toBe('Concat_3');
    expect(reasonsOf(located)[x01]).toMatch(/^it joins at the same node/);
  });

  test("fused skips (as MIMO-UNet): the decoder's joins, not the fusion before them", () => {
    const net = new Net();
    const image = net.image();
    const e1 = net.block(net.conv(image, 8));
    const small = net.conv(net.resize(image, 0.5), 16);
    const e2 = net.block(net.add(net.conv(e1, 16, 3, 2), small));
    const e3 = net.block(net.conv(e2, 32, 3, 2));
    const f1 = net.conv(net.concat(e1, net.resize(e2, 2), net.resize(e3, 4)), 8);
    const f2 = net.conv(net.concat(net.resize(e1, 0.5), e2, net.resize(e3, 2)), 16);
    const d2 = net.block(net.conv(net.concat(net.convTranspose(e3, 16), f2), 16));
    const d1 = net.block(net.conv(net.concat(net.convTranspose(d2, 8), f1), 8));
    const small3 = net.add(net.conv(d2, 3), net.resize(image, 0.5));
    const y = net.add(net.conv(d1, 3), image);
    const located = locateSkips(net.model(small3, y));
    expect(sitesOf(located)).toEqual([
      [f1, 1, 8, 1, 'concat'],
      [f2, 2, 16, 2, 'concat'],
    ]);
    expect(located.image?.output).toBe(y);
  });

  test('a noise map with the image (as DRUNet), added skips and a long one around everything', () => {
    const net = new Net();
    const x0 = net.conv(net.image('image', ['n', 4, 'h', 'w']), 8);
    const x1 = net.block(net.conv(x0, 16, 2, 2));
    const low = net.block(net.conv(x1, 32, 2, 2));
    const d1 = net.block(net.convTranspose(net.add(low, net.block(low)), 16));
    const d0 = net.convTranspose(net.add(d1, x1), 8);
    const y = net.conv(net.add(d0, x0), 3);
    expect(sitesOf(locateSkips(net.model(y)))).toEqual([
      [x0, 1, 8, 1, 'add'],
      [x1, 2, 16, 2, 'add'],
    ]);
  });

  test('needs no size multiple if it pads to one and crops back', () => {
    const net = new Net();
    const image = net.image();
    const padded = net.padTo(image, 8);
    const skip = net.conv(padded, 8);
    const low = net.block(net.conv(skip, 8, 8, 8));
    const risen = net.shuffle(net.conv(low, 512, 1), 8);
    const y = net.cropLike(net.add(net.conv(net.add(risen, skip), 3), padded), image);
    const located = locateSkips(net.model(y));
    expect(sitesOf(located)).toEqual([[skip, 1, 8, 1, 'add']]);
    expect(located.sizeMultiple).toBe(1);
  });

  test('a guide in a separate branch (guided) is rejected', () => {
    const net = new Net();
    const image = net.image();
    const guide = net.conv(net.image('guide'), 8, 3, 2);
    const low = net.block(net.conv(net.conv(image, 8, 3, 2), 16, 3, 2));
    const y = net.conv(net.concat(net.convTranspose(low, 8), guide), 12);
    const located = locateSkips(net.model(net.shuffle(y)));
    expect(located.sites).toEqual([]);
    expect(reasonsOf(located)[guide]).toBe('it comes from another branch');
  });
});

test('a size built into a file with free sizes: sites as usual, and a warning', () => {
  const net = new Net();
  const { g } = net;
  const skip = net.conv(net.image(), 8);
  const low = net.block(down(net, skip));
  const fixed = net.is(
    8,
    g.node('Resize', [net.conv(low, 8), '', '', g.ints([1, 8, 96, 128])])[0]!,
  );
  const located = locateSkips(net.model(net.conv(net.add(fixed, skip), 3)));
  expect(sitesOf(located)).toEqual([[skip, 1, 8, 1, 'add']]);
  expect(located.warnings).toEqual([
    'the file leaves rows and columns open, but 96 x 128 is built in: other sizes will fail.',
  ]);
});

describe('not a U-Net', () => {
  test('super-resolution (as SRResNet): long and local residuals at one resolution', () => {
    const net = new Net();
    const first = net.conv(net.image(), 8);
    const body = net.conv(net.block(net.block(first)), 8);
    const joined = net.add(body, first);
    const y = net.conv(net.shuffle(net.conv(joined, 32)), 3);
    const located = locateSkips(net.model(y));
    expect(located).toMatchObject({ family: 'unknown', confidence: 0, sites: [], sizeMultiple: 1 });
    expect(new Set(Object.values(reasonsOf(located)))).toEqual(new Set(['local residual']));
    expect(reasonsOf(located)[first]).toBe('local residual');
  });

  test('a classifier: nothing is upsampled', () => {
    const net = new Net();
    const stem = net.maxPool(net.conv(net.image(), 8, 7, 2));
    const a = net.block(stem);
    const b = net.add(net.conv(net.relu(net.conv(a, 16, 3, 2)), 16), net.conv(a, 16, 1, 2));
    const y = net.conv(net.globalPool(b), 10, 1);
    const located = locateSkips(net.model(y));
    expect(located).toMatchObject({ family: 'unknown', sites: [] });
    expect(Object.values(reasonsOf(located))).toEqual([
      'local residual',
      'local residual',
      'no output of the model is an image made of it',
    ]);
  });

  test('an autoencoder with only the image added at the end', () => {
    const net = new Net();
    const image = net.image();
    const low = net.block(down(net, net.conv(image, 8)));
    const y = net.add(net.conv(up(net, low, 8, image), 3), image);
    const located = locateSkips(net.model(y));
    expect(located.sites).toEqual([]);
    expect(reasonsOf(located)[image]).toBe('image residual');
  });

  test('a convolved image added to the output', () => {
    const net = new Net();
    const image = net.image();
    const low = net.block(down(net, net.conv(image, 8)));
    const direct = net.conv(image, 3);
    const y = net.add(net.conv(up(net, low, 8, image), 3), direct);
    const located = locateSkips(net.model(y));
    expect(located.sites).toEqual([]);
    expect(reasonsOf(located)[direct]).toBe(
      'it is added to the output image, after the last layer',
    );
  });

  test('spatial attention that pools and upsamples (as RFDN)', () => {
    const net = new Net();
    const x = net.conv(net.image(), 8);
    const inner = net.conv(x, 4, 1);
    const low = net.conv(net.maxPool(net.conv(inner, 4, 3, 2), 2), 4);
    const sum = net.add(net.resizeLike(low, x), net.conv(inner, 4, 1));
    const y = net.conv(net.mul(x, net.op('Sigmoid', net.conv(sum, 8, 1))), 3);
    const located = locateSkips(net.model(y));
    expect(located.sites).toEqual([]);
    expect(Object.values(reasonsOf(located))).toEqual(['spatial attention']);
  });

  test('window attention without a change of resolution (as SwinIR)', () => {
    const net = new Net();
    const { g } = net;
    const x = net.conv(net.image('image', [1, 3, 32, 48]), 12);
    const rows = ops.transpose(g, x, [0, 2, 3, 1]);
    const parts = ops.transpose(g, ops.reshape(g, rows, [1, 4, 8, 6, 8, 12]), [0, 1, 3, 2, 4, 5]);
    const windows = ops.reshape(g, parts, [24, 64, 12]);
    const mixed = ops.matmul(g, windows, net.weight([12, 12]));
    const back = ops.transpose(g, ops.reshape(g, mixed, [1, 4, 6, 8, 8, 12]), [0, 1, 3, 2, 4, 5]);
    const tokens = ops.reshape(g, ops.reshape(g, back, [1, 32, 48, 12]), [1, 1536, 12]);
    const sum = ops.add(g, tokens, ops.reshape(g, rows, [1, 1536, 12]));
    const out = ops.reshape(g, ops.transpose(g, sum, [0, 2, 1]), [1, 12, 32, 48]);
    const located = locateSkips(net.model(net.conv(net.is(12, out), 3)));
    expect(located).toMatchObject({ family: 'unknown', sites: [] });
  });
});

describe('unusual inputs', () => {
  test('channels last: is transposed inside, and the network is NCHW', () => {
    const net = new Net();
    const turned = net.is(
      3,
      ops.transpose(net.g, net.image('image', ['n', 'h', 'w', 3]), [0, 3, 1, 2]),
    );
    const skip = net.conv(turned, 8);
    const joined = net.concat(up(net, net.block(down(net, skip)), 8, skip), skip);
    const located = locateSkips(net.model(net.conv(joined, 3)));
    expect(located).toMatchObject({ family: 'unet', image: { layout: 'NHWC' } });
    expect(sitesOf(located)).toEqual([[skip, 1, 8, 1, 'concat']]);
  });

  test('a damaged file whose nodes compute the image from itself', () => {
    const net = new Net();
    const image = net.image();
    const copy = net.g.node('Identity', [image], {}, { outputs: ['copy'] })[0]!;
    net.g.node('Identity', [copy], {}, { outputs: [image] });
    const y = net.g.node('Add', [net.conv(net.is(3, copy), 3), copy], {}, { outputs: ['y'] })[0]!;
    expect(locateSkips(net.model(net.is(3, y))).sites).toEqual([]);
  });

  test('no image at all', () => {
    const net = new Net();
    const tokens = net.image('tokens', ['n', 16, 64]);
    const located = locateSkips(net.model(net.is(16, ops.relu(net.g, tokens))));
    expect(located.image).toBeUndefined();
    expect(reasonsOf(located)).toEqual({ tokens: 'not an image' });
  });

  test('skip connections of tokens (as Uformer), with the source of their height and width', () => {
    const net = new Net();
    const { g } = net;
    const flat = (x: string): string =>
      ops.transpose(g, ops.reshape(g, x, [0, net.of(x), -1]), [0, 2, 1]);
    const image = net.image('image', [1, 3, 32, 48]);
    const top = net.conv(image, 8);
    const skip = ops.relu(g, flat(top));
    const low = net.block(net.conv(top, 16, 3, 2));
    const risen = flat(net.convTranspose(low, 8));
    const joined = ops.concat(g, [risen, skip], -1);
    const back = ops.reshape(g, ops.transpose(g, joined, [0, 2, 1]), [1, 16, 32, 48]);
    const located = locateSkips(net.model(net.conv(net.is(16, back), 3)));
    expect(located.sites).toMatchObject([
      { value: skip, level: 1, channels: 8, scale: 1, layout: 'tokens', extent: top },
    ]);
  });
});
