import { type Backbone, backboneParameters, detectBackbone } from '@pip-graft/backbones';
import { elementCount, type FloatTensor } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { nafnetDefaults } from '../../src/networks/nafnet-config.ts';
import { restormerDefaults } from '../../src/networks/restormer-trunk.ts';
import { unetDefaults } from '../../src/networks/unet-config.ts';

interface Tensor extends FloatTensor {
  readonly dtype?: string;
  readonly unread?: string;
  readonly array?: boolean;
}

const nafnet = (width = 4): Backbone => ({
  family: 'nafnet',
  config: { ...nafnetDefaults, width, encoder: [1, 1], middle: 1, decoder: [1, 1] },
});
const restormer: Backbone = {
  family: 'restormer',
  config: { ...restormerDefaults, dim: 8, blocks: [1, 1, 1, 1], refinement: 1 },
};

const tensor = (...dims: number[]): Tensor => ({
  dims,
  data: new Float32Array(elementCount(dims)),
});

/** A network's tensors, all filled with one number, under renamed keys. */
function state(backbone: Backbone, rename: (name: string) => string, value = 0) {
  return backboneParameters(backbone).map(({ name, dims }): [string, Tensor] => [
    rename(name),
    { dims, data: new Float32Array(elementCount(dims)).fill(value) },
  ]);
}

const under = (prefix: string) => (name: string) => `${prefix}.${name}`;
const file = (...parts: (readonly [string, Tensor])[][]) => new Map(parts.flat());
const loss: [string, Tensor][] = [
  ['loss_fn.vgg.features.0.weight', tensor(4, 3, 3, 3)],
  ['loss_fn.vgg.features.0.bias', tensor(4)],
];

describe('a known network under a wrapper', () => {
  it.each([
    'module',
    'state_dict.restoration_network',
    'params',
    'generator',
    '_forward_module.net',
    '_fsdp_wrapped_module',
    'model._orig_mod.module',
  ])('%s, with other things next to it', (prefix) => {
    for (const backbone of [
      nafnet(),
      restormer,
      { family: 'unet', config: unetDefaults } as const,
    ]) {
      const found = detectBackbone(
        file(loss, state(backbone, under(prefix)), [['step', tensor()]]),
      );
      expect(found).toMatchObject({ backbone, prefix, average: false, beside: [], others: [] });
      expect(found.weights.size).toBe(
        backboneParameters(backbone).filter((one) => !one.unused).length,
      );
    }
  });

  it.each([
    ['compiled', (name: string) => name.replace(/^(encoders\.\d\.\d)\./, '$1._orig_mod.')],
    [
      'sharded',
      (name: string) =>
        `_fsdp_wrapped_module.${name.replace(/^(middle_blks\.0|intro)\./, '$1._fsdp_wrapped_module.')}`,
    ],
    [
      'checkpointed',
      (name: string) => name.replace(/^(decoders\.0)\./, '$1._checkpoint_wrapped_module.'),
    ],
    ['compiled first', (name: string) => name.replace(/^intro\./, 'intro._orig_mod.')],
  ])('inner modules are %s', (_how, rename) => {
    expect(detectBackbone(file(state(nafnet(), rename))).backbone).toEqual(nafnet());
  });

  it('ignores names next to its own modules that only training uses', () => {
    const counters = state(nafnet(), (name) => name.replace(/\w+$/, 'total_ops'));
    const extra: [string, Tensor][] = [
      ['perceptual.layer.weight', tensor(3)],
      ['n_averaged', tensor()],
      ['x', { ...tensor(3), dtype: 'complex64', unread: 'complex64 cannot be imported' }],
    ];
    const found = detectBackbone(file(state(nafnet(), String), counters, extra));
    expect(found.backbone).toEqual(nafnet());
    expect(found.beside).toEqual(
      expect.arrayContaining(['intro.total_ops', 'perceptual.layer.weight', 'n_averaged', 'x']),
    );
  });

  it('ignores the counters of a profiler in modules and in the lists of modules', () => {
    const places = ['downs', 'ups', 'encoders', 'encoders.0', 'decoders.1', 'middle_blks'];
    const counters = places.map((place): [string, Tensor] => [`${place}.total_ops`, tensor(1)]);
    const found = detectBackbone(file(state(nafnet(), String, 2), counters));
    expect(found.backbone).toEqual(nafnet());
    expect(found.weights.get('intro.bias')?.data).toEqual(new Float32Array(4).fill(2));
    expect(found.beside).toEqual(counters.map(([name]) => name));
  });

  it('ignores what quantisation watches in training, in modules and beside them', () => {
    const watched = [
      'intro.weight_fake_quant.scale',
      'intro.weight_fake_quant.activation_post_process.eps',
      'encoders.0.0.conv1.activation_post_process.histogram',
      'activation_post_process_12.min_val',
    ].map((name): [string, Tensor] => [name, tensor(1)]);
    const found = detectBackbone(file(state(nafnet(), String, 2), watched));
    expect(found.backbone).toEqual(nafnet());
    expect(found.beside).toEqual(watched.map(([name]) => name));
  });

  it.each([
    ['intro.zero_point', /it is quantised, .*import the network in float32/],
    ['intro.weight_scale', /it is quantised/],
    ['intro.weight_ema', /it has an average \(EMA\) beside each weight/],
  ])('says what %s in place of or beside a weight means', (name, message) => {
    const odd = file(state(nafnet(), String), [[name, tensor(1)]]);
    expect(() => detectBackbone(odd, { label: 'x.pth' })).toThrow(message);
  });

  it.each([
    ['intro_weight', '_'],
    ['params/intro/weight:0', '/'],
    ['introweight', ''],
  ])('says that dots are missing in %s', (name, dot) => {
    const renamed = state(nafnet(), (own) => own.replaceAll('.', dot));
    renamed[0] = [name, renamed[0]![1]];
    expect(() => detectBackbone(file(renamed), { label: 'x.pth' })).toThrow(
      new RegExp(
        `^x\\.pth: .*'${name}' looks like one whose dots were replaced or removed; import`,
      ),
    );
  });

  it('treats a variant with an extra module as another network, unless a prefix insists', () => {
    const variant = file(state(restormer, under('net')), [['net.fre1.conv.weight', tensor(3)]]);
    expect(() => detectBackbone(variant, { label: 'adair.ckpt' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringMatching(/adair\.ckpt: .*fre1\.conv\.weight.*--prefix 'net'\.$/),
      }),
    );
    expect(detectBackbone(variant, { prefix: 'net' }).beside).toEqual(['fre1.conv.weight']);
  });

  it('a transformer with a patch embedding is not mistaken for the network', () => {
    const vit: [string, Tensor][] = [['clip.patch_embed.proj.weight', tensor(8, 3, 16, 16)]];
    expect(detectBackbone(file(vit, state(nafnet(), under('net')))).prefix).toBe('net');
    expect(() => detectBackbone(file(vit))).toThrow(/no network of a known family/);
  });

  it.each([
    ['a sparse tensor', 'convert it with tensor.to_dense() and save again'],
    ['a quantised tensor', 'convert it with tensor.dequantize() and save again'],
    ['a tensor without data (meta)', "load the network's weights before you save its state_dict()"],
    ['float8_e4m3fn', 'save the network in float32'],
  ])('names unreadable tensors if the network uses them: %s', (dtype, advice) => {
    const weights = state(nafnet(), under('net'));
    weights[0]![1] = { ...weights[0]![1], dtype, unread: `${dtype} cannot be imported` };
    expect(() => detectBackbone(file(weights), { label: 's.pth' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: `s.pth: tensor 'intro.weight': ${dtype} cannot be imported; ${advice}.`,
      }),
    );
  });

  it('does not take whole numbers of a quantised network for its weights', () => {
    const weights = state(nafnet(), under('net'));
    weights[2]![1] = { ...weights[2]![1], dtype: 'I8' };
    expect(() => detectBackbone(file(weights), { label: 'q.safetensors' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringMatching(
          /^q\.safetensors: tensor '.*': it is of type I8, as in a quan/,
        ),
      }),
    );
  });

  it.each(['state.0.exp_avg', 'optimizer.state.3.momentum_buffer'])(
    "calls an optimiser's state what it is: %s",
    (name) => {
      expect(() => detectBackbone(file([[name, tensor(3)]]), { label: 'o.pt' })).toThrow(
        "o.pt: it has an optimiser's state and no network; import the file that the network's state_dict() was saved to.",
      );
    },
  );
});

describe('a network that training has added to', () => {
  const instead = (from: string, ...to: string[]) => {
    const tensors = file(state(nafnet(), String));
    tensors.delete(from);
    for (const name of to) tensors.set(name, tensor(2, 2));
    return tensors;
  };
  it.each([
    ['LoRA', instead('', 'intro.lora_A', 'intro.lora_B'), /: merge the LoRA weights first/],
    ['LoRA of PEFT', instead('', 'ups.0.0.lora_A.default.weight'), /merge the LoRA weights first/],
    [
      'weight_norm of an inner layer',
      instead('ups.0.0.weight', 'ups.0.0.weight_g', 'ups.0.0.weight_v'),
      /weight_norm in place of weights: remove it with torch\.nn\.utils\.remove_weight_norm/,
    ],
    [
      'weight_norm of the first layer',
      instead('intro.weight', 'intro.weight_g', 'intro.weight_v'),
      /weight_norm in place of weights: remove it/,
    ],
    [
      'parametrizations',
      instead('intro.weight', 'intro.parametrizations.weight.original0'),
      /parametrizations.*: remove them with .*remove_parametrizations/,
    ],
    [
      'spectral_norm',
      instead('intro.weight', 'intro.weight_orig', 'intro.weight_u'),
      /spectral_norm/,
    ],
  ])('by %s is refused with what to do', (_what, tensors, message) => {
    expect(() => detectBackbone(tensors, { label: 'x.pth' })).toThrow(message);
    expect(() => detectBackbone(tensors, { label: 'x.pth' })).not.toThrow(/damaged/);
  });
});

describe('NumPy arrays', () => {
  it('beside the network are not part of it', () => {
    const mean: [string, Tensor] = ['mean', { ...tensor(3), dtype: 'F64', array: true }];
    expect(detectBackbone(file(state(nafnet(), String), [mean])).beside).toEqual(['mean']);
  });

  it('that cannot be read are named, with how to convert them', () => {
    const weights = state(nafnet(), String);
    const dtype = 'a NumPy array of >f4';
    weights[1]![1] = { ...weights[1]![1], dtype, unread: `${dtype} cannot be imported` };
    expect(() => detectBackbone(file(weights), { label: 'n.pth' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message:
          "n.pth: tensor 'intro.bias': a NumPy array of >f4 cannot be imported; convert it with torch.from_numpy(array.astype('float32')) and save again with torch.save.",
      }),
    );
  });
});

describe('several networks', () => {
  it.each([
    ['params', 'params_ema'],
    ['online_model', 'ema_model.module'],
    ['model', 'ema.shadow'],
    ['ema.online_model', 'ema.ema_model'],
    ['generator', 'generator_ema'],
    ['net', 'netEMA'],
    ['state_dict', 'swa_model'],
  ])('takes the average of %s and %s', (plain, average) => {
    const tensors = file(state(nafnet(), under(plain)), state(nafnet(), under(average), 1));
    const found = detectBackbone(tensors);
    expect(found).toMatchObject({ prefix: average, average: true, others: [plain] });
    expect(found.weights.get('intro.bias')?.data[0]).toBe(1);
    expect(detectBackbone(tensors, { prefix: plain })).toMatchObject({ prefix: plain });
  });

  it('a counter next to a module marks it as an average', () => {
    const tensors = file([['n_averaged', tensor()]], state(nafnet(), under('module')));
    expect(detectBackbone(tensors).average).toBe(true);
  });

  it('are listed, and the prefix chooses one', () => {
    const tensors = file(state(nafnet(), under('student')), state(nafnet(8), under('teacher.net')));
    expect(() => detectBackbone(tensors, { label: 'kd.pth' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          /kd\.pth: it holds 2 networks: 'student' \(nafnet, width 4\), 'teacher\.net' \(nafnet, width 8\); choose one with --prefix/,
        ),
      }),
    );
    for (const prefix of ['teacher.net', 'teacher.net.', 'teacher']) {
      expect(detectBackbone(tensors, { prefix }).backbone).toEqual(nafnet(8));
    }
    expect(() => detectBackbone(tensors, { prefix: 'other' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("'student'"),
      }),
    );
  });

  it('equal copies count as one; a nested network has its own tensors', () => {
    const copies = file(
      state(nafnet(), under('model'), 2),
      state(nafnet(), under('wrapped.model'), 2),
    );
    expect(detectBackbone(copies).prefix).toBe('model');
    const nested = file(state(nafnet(), String), state(nafnet(8), under('teacher')));
    expect(detectBackbone(nested, { prefix: '' }).backbone).toEqual(nafnet());
  });

  it('skips a damaged one, and says what is wrong if it is requested', () => {
    const damaged = state(nafnet(), under('first')).slice(0, -1);
    const tensors = file(damaged, state(nafnet(8), under('second')));
    expect(detectBackbone(tensors).prefix).toBe('second');
    expect(() => detectBackbone(tensors, { prefix: 'first' })).toThrow(/1 missing/);
  });

  it("ignores an optimiser's copy of the names", () => {
    const kept = state(nafnet(), under('optimizer.exp_avg'), 3);
    expect(detectBackbone(file(kept, state(nafnet(), under('model')))).prefix).toBe('model');
  });
});

it('a name with a million parts takes no time', () => {
  const start = process.cpuUsage();
  const tensors = file([['a.'.repeat(500_000), tensor(1)]], state(nafnet(), String));
  expect(() => detectBackbone(tensors)).not.toThrow();
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
});
