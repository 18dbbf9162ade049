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
    readonly "family": "restormer";
    readonly "name": "restormer-small";
    readonly "fingerprint": "pipfp2:a6509c483bea773261cbfadd47fb7031646eb5982affbf158d57fbf2038e41db";
    readonly "digest": "sha256:0be8d30098c53ed908966a5ad0643bbec0a5524d05c440870ff3ddd7324968ba";
  };
  readonly "training": null;
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
