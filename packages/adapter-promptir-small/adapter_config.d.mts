// Types of adapter_config.json, written by `graft adapter pack`.
declare const config: {
  readonly "format_version": 1;
  readonly "peft_type": "PIP";
  readonly "mode": "pip_cross_topm";
  readonly "attach": "residual";
  readonly "gate": "label";
  readonly "prompt_std": 0.02;
  readonly "labels": readonly [
    "noise",
    "rain",
    "haze",
    "blur",
    "low-light",
  ];
  readonly "levels": readonly [
    {
      readonly "level": 1;
      readonly "channels": 16;
      readonly "prompt_channels": 24;
      readonly "prompt_size": 16;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 2;
      readonly "channels": 32;
      readonly "prompt_channels": 40;
      readonly "prompt_size": 16;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 3;
      readonly "channels": 64;
      readonly "prompt_channels": 88;
      readonly "prompt_size": 8;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
  ];
  readonly "expansion": 2.66;
  readonly "dtype": "float16";
  readonly "default_degradation": null;
  readonly "base": {
    readonly "family": "promptir";
    readonly "name": "promptir-small";
    readonly "fingerprint": "pipfp2:dc59ee024db3797eaf213a1e39a9035d8df367bbe1cb1ea915628c506e817f55";
    readonly "digest": "sha256:3d403eb8557c0f4dea5d6a0040e8c9c8d85c78b78a244fa6d54a0a29fb43bd0a";
  };
  readonly "training": null;
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
