// Types of adapter_config.json, written by `graft adapter pack`.
declare const config: {
  readonly "format_version": 1;
  readonly "peft_type": "PIP";
  readonly "mode": "pip_cross_topm";
  readonly "attach": "residual";
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
      readonly "prompt_channels": 16;
      readonly "prompt_size": 32;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 2;
      readonly "channels": 32;
      readonly "prompt_channels": 32;
      readonly "prompt_size": 16;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 3;
      readonly "channels": 64;
      readonly "prompt_channels": 48;
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
    readonly "name": "@pip-graft/backbone-nafnet-tiny";
    readonly "fingerprint": "pipfp2:234628f2c081cdf16e5e53ba6aaa6d4d99b3959dfd02a28618d37114b19d6482";
    readonly "digest": "sha256:1fb0e085c7a088680891c0234780c1355488f82e5322abef18351d4216a3b30c";
  };
  readonly "training": {
    readonly "tool": "graft 0.1.0";
    readonly "steps": 3500;
    readonly "batch": 8;
    readonly "patch": 64;
    readonly "accumulate": 1;
    readonly "loss": "charbonnier";
    readonly "angles": 0.00002;
    readonly "rate": 0.001;
    readonly "warmup": 200;
    readonly "weightDecay": 0.01;
    readonly "clip": 1;
    readonly "seed": 0;
    readonly "learn": "pip";
    readonly "average": 0.999;
    readonly "ofSteps": 3500;
    readonly "photos": 106;
    readonly "lastLoss": 0.05331;
    readonly "lastPsnr": 21.62;
  };
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
