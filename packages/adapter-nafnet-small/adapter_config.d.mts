// Types of adapter_config.json, written by `graft adapter pack`.
declare const config: {
  readonly "format_version": 1;
  readonly "peft_type": "PIP";
  readonly "mode": "convgate";
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
      readonly "prompt_channels": 8;
      readonly "prompt_size": 16;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 2;
      readonly "channels": 32;
      readonly "prompt_channels": 8;
      readonly "prompt_size": 8;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 3;
      readonly "channels": 64;
      readonly "prompt_channels": 16;
      readonly "prompt_size": 8;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 4;
      readonly "channels": 128;
      readonly "prompt_channels": 32;
      readonly "prompt_size": 8;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
  ];
  readonly "expansion": 2.66;
  readonly "dtype": "float16";
  readonly "default_degradation": null;
  readonly "base": {
    readonly "family": "nafnet";
    readonly "name": "nafnet-small";
    readonly "fingerprint": "pipfp2:acc748eb828940e15c42c0ef812fcc870878d5e16b2743775a198c7f735a3b33";
    readonly "digest": "sha256:a5c8ad1767eb2be0207dce2cce9505b45794731a5b69c165a346b60731b0446e";
  };
  readonly "training": null;
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
