import {
  type Adapter,
  adapterPackageJson,
  checkAdapter,
  decodeAdapterConfig,
  defaultWeights,
  encodeAdapterConfig,
  initAdapter,
  modelCard,
  parseInit,
} from '@pip-graft/pip-core';
import { describe, expect, it } from 'vitest';

const host = {
  family: 'restormer',
  fingerprint: 'abc',
  digest: 'sha256:12',
  sites: [
    { level: 1, channels: 8, scale: 1 },
    { level: 2, channels: 16, scale: 2 },
  ],
};
const fresh = initAdapter(host, { promptChannels: [8], promptSize: [4], seed: 1, name: 'fresh' });

describe('initAdapter', () => {
  it('is bound to its host, untrained, and fits itself', () => {
    expect(fresh.base).toEqual({
      family: 'restormer',
      name: null,
      fingerprint: 'abc',
      digest: 'sha256:12',
    });
    expect(fresh.training).toBeNull();
    expect(checkAdapter(fresh)).toBe(fresh);
    expect(defaultWeights(fresh)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
  });

  it('gives the same adapter for the same seed', () => {
    expect(initAdapter(host, { seed: 4 }).tensors).toEqual(initAdapter(host, { seed: 4 }).tensors);
    expect(initAdapter(host, { seed: 4 }).tensors).not.toEqual(
      initAdapter(host, { seed: 5 }).tensors,
    );
  });
});

describe('checkAdapter', () => {
  it('names every tensor that does not fit', () => {
    const tensors = new Map(fresh.tensors);
    tensors.delete('level1.gate');
    tensors.set('extra', { dims: [1], data: new Float32Array(1) });
    expect(() => checkAdapter({ ...fresh, tensors })).toThrow(
      expect.objectContaining({
        code: 'ADAPTER_INVALID',
        message: expect.stringMatching(
          /'fresh'.*'level1.gate' is missing.*'extra' belongs to no part/,
        ),
      }),
    );
  });

  it('counts the problems that it does not list', () => {
    expect(() => checkAdapter({ ...fresh, tensors: new Map() })).toThrow(/; and \d+ more\./);
  });
});

describe('adapter_config.json', () => {
  const trained: Adapter = {
    ...fresh,
    training: { steps: 3, data: ['x'] },
    defaultDegradation: [0, 1, 0, 0, 0.5],
    license: 'MIT',
    baseLicense: 'Apache-2.0',
  };
  const text = encodeAdapterConfig(fresh);
  const edited = (edit: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(text) as Record<string, unknown>;
    edit(json);
    return JSON.stringify(json);
  };

  /** Adapters as they were before each label had its own gate. */
  const old = initAdapter(host, { promptChannels: [8], promptSize: [4], gate: 'channel' });
  const withoutKeys: Adapter = {
    ...old,
    config: { ...old.config, gate: undefined, promptStd: undefined },
  };

  it.each([
    ['fresh', fresh],
    ['trained', trained],
    ['without position', initAdapter(host, { position: 'none' })],
    ['replacing', initAdapter(host, { attach: 'replace', promptStd: 1 })],
    ['without gate and prompt_std', withoutKeys],
  ])('round-trips: %s', (_, adapter) => {
    const { name, version, tensors, digest, ...description } = adapter;
    expect(decodeAdapterConfig(encodeAdapterConfig(adapter))).toEqual(description);
  });

  it('without gate and prompt_std has one gate for all labels', () => {
    const written = encodeAdapterConfig(withoutKeys);
    expect(written).not.toMatch(/"gate"|prompt_std/);
    expect(checkAdapter({ ...withoutKeys, ...decodeAdapterConfig(written) })).toBeTruthy();
    expect(withoutKeys.tensors.get('level1.gate')?.dims).toEqual([8]);
    expect(() => checkAdapter({ ...fresh, config: withoutKeys.config })).toThrow(
      /'level1.gate' has shape \[5, 8\] instead of \[8\]/,
    );
  });

  it('has the members of the format', () => {
    expect(JSON.parse(text)).toMatchObject({
      format_version: 1,
      peft_type: 'PIP',
      training: null,
      gate: 'label',
      prompt_std: 0.02,
      levels: [
        { level: 1, channels: 8, prompt_channels: 8, prompt_size: 4, p2p_heads: 2, p2f_heads: 4 },
        { level: 2 },
      ],
      base: { family: 'restormer', fingerprint: 'abc', digest: 'sha256:12' },
    });
  });

  it.each([
    ['no JSON', '{', /adapter_config.json: it is not JSON/],
    [
      'a key twice',
      '{"a":[{"b":1},{"b":2}],"b":"{\\"b\\":1","b" : 3}',
      /the key 'b' is there twice; keep/,
    ],
    [
      'a key twice inside',
      '{"a":{"labels":1,"x":{},"\\u006cabels":2}}',
      /the key 'labels' is there/,
    ],
    ['a list', '[]', /expected an object/],
    [
      'a newer version',
      edited((json) => {
        json['format_version'] = 2;
        json['new'] = 1;
      }),
      /format version 2.*update/,
    ],
    [
      'an unknown key',
      edited((json) => {
        json['colour'] = 1;
      }),
      /'colour' is not a key/,
    ],
    [
      'an unknown key of a level',
      edited((json) => {
        (json['levels'] as object[])[1] = { level: 2, depth: 3 };
      }),
      /'levels' entry 2: 'depth' is not a key/,
    ],
    [
      'another kind',
      edited((json) => {
        json['peft_type'] = 'LORA';
      }),
      /: it is an adapter of type 'LORA', as PEFT writes; only those of type 'PIP' can be grafted: make one/,
    ],
    [
      'no labels',
      edited((json) => {
        delete json['labels'];
      }),
      /'labels' is missing/,
    ],
    [
      'labels of numbers',
      edited((json) => {
        json['labels'] = [1];
      }),
      /'labels' entry 1 must be text/,
    ],
    [
      'sizes that do not fit',
      edited((json) => {
        json['expansion'] = 99;
      }),
      /expansion 99/,
    ],
    [
      'a gate of another kind',
      edited((json) => {
        json['gate'] = 'pixel';
      }),
      /'gate' must be one of label, channel, not 'pixel'/,
    ],
    [
      'a gate where Z is replaced',
      edited((json) => {
        json['attach'] = 'replace';
      }),
      /a gate belongs to 'residual'/,
    ],
    [
      'a deviation below zero',
      edited((json) => {
        json['prompt_std'] = -0.1;
      }),
      /prompt std -0.1 is not in \[0, 10\]/,
    ],
    [
      'a wrong default',
      edited((json) => {
        json['default_degradation'] = [1];
      }),
      /'default_degradation' cannot be used/,
    ],
    [
      'training that is text',
      edited((json) => {
        json['training'] = 'yes';
      }),
      /'training': expected an object/,
    ],
    [
      'no base',
      edited((json) => {
        delete json['base'];
      }),
      /'base' is missing/,
    ],
  ])('rejects %s', (_, broken, message) => {
    expect(() => decodeAdapterConfig(broken)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_INVALID', message: expect.stringMatching(message) }),
    );
  });
});

describe('parseInit', () => {
  it('reads every key', () => {
    expect(parseInit('init')).toEqual({});
    expect(
      parseInit(
        'init:mode=convgate,attach=residual,gate=channel,position=none,labels=rain+haze,seed=7,prompt-channels=8+16,prompt-size=4,prompt-std=0.1',
      ),
    ).toEqual({
      mode: 'convgate',
      attach: 'residual',
      gate: 'channel',
      position: 'none',
      labels: ['rain', 'haze'],
      seed: 7,
      promptChannels: [8, 16],
      promptSize: [4],
      promptStd: 0.1,
    });
  });

  it('leaves other names alone', () => {
    expect(parseInit('initial')).toBeUndefined();
    expect(parseInit('./init')).toBeUndefined();
  });

  it.each([
    ['init:', /'' is not KEY=VALUE/],
    ['init:mode', /'mode' is not KEY=VALUE/],
    ['init:mode=', /: 'mode' has no value\.$/],
    ['init:colour=red', /'colour=red' is not KEY=VALUE with a KEY of mode, attach/],
    ['init:mode=fast', /mode 'fast' is not one of pip_cross/],
    ['init:seed=1.5', /seed '1.5' is not a whole number of 0/],
    ['init:prompt-size=8+0', /prompt-size '0' is not a whole number of 1/],
    ['init:gate=all', /gate 'all' is not one of label, channel/],
    ['init:position=left', /position 'left' is not one of learned, none/],
    ['init:prompt-std=-1', /prompt-std '-1' is not a number from 0 to 10/],
    ['init:prompt-std=11', /prompt-std '11' is not a number from 0 to 10/],
    ['init:seed=1,seed=2', /'seed' is given twice/],
  ])('rejects %s', (text, message) => {
    expect(() => parseInit(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe('modelCard and package.json', () => {
  it('describe the gate and the initial basic prompt', () => {
    expect(modelCard(fresh)).toContain('attached as `residual` with a gate for each label');
    expect(modelCard(fresh)).toContain('started with a deviation of 0.02');
    const replacing = modelCard(initAdapter(host, { attach: 'replace', promptStd: 1 }));
    expect(replacing).toContain('attached as `replace`, stored');
    expect(replacing).toContain('started with a deviation of 1\n');
  });

  it('say that an adapter is untrained, and no longer do once it is trained', () => {
    expect(modelCard(fresh)).toContain('**Untrained.**');
    expect(adapterPackageJson(fresh)).toContain('Untrained Prompt-In-Prompt adapter for restormer');
    const trained = { ...fresh, training: { steps: 12345 } };
    expect(modelCard(trained)).not.toMatch(/untrained/i);
    expect(modelCard(trained)).toContain('12345');
    expect(adapterPackageJson(trained)).not.toMatch(/untrained/i);
  });

  it('name labels, base and licence', () => {
    const card = modelCard({ ...fresh, license: 'MIT' });
    expect(card).toContain('noise, rain, haze, blur, low-light');
    expect(card).toContain('license: mit');
    expect(card).toContain('fingerprint abc');
  });

  it('keep text from files on its line and out of the shell', () => {
    const evil = "x\n## <img src=x>|`_[a](b)\n```\n$(rm -rf ~)'";
    const card = modelCard({
      ...fresh,
      name: evil,
      license: evil,
      baseLicense: evil,
      base: { ...fresh.base, name: evil, fingerprint: evil },
    });
    const [, , body = ''] = card.split(/^---$/m);
    expect(body.split('\n').filter((line) => /^(##|```)/.test(line))).toEqual([
      '## Use',
      '```sh',
      '```',
    ]);
    const prose = body.replace(/```sh.*?\n```/s, '');
    expect(prose).not.toMatch(/(?<!\\)<img|(?<!\\)\[a/);
    expect(body).toContain("--adapter './x ## <img src=x>|`_[a](b) ``` $(rm -rf ~)'\\''' -o");
    expect(body).toContain('- licence: x \\#\\# \\<img src=x\\>\\|\\`\\_\\[a\\](b)');
  });
});
