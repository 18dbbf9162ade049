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
      readonly "level": 2;
      readonly "channels": 48;
      readonly "prompt_channels": 16;
      readonly "prompt_size": 16;
      readonly "p2p_heads": 2;
      readonly "p2f_heads": 4;
    },
    {
      readonly "level": 3;
      readonly "channels": 96;
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
    readonly "family": "unet";
    readonly "name": "@pip-graft/backbone-unet";
    readonly "fingerprint": "pipfp2:dbd54c72ec1a79da73c29a82f8ed2440153098726b6117085ebb3994ffd23335";
    readonly "digest": "sha256:7b28cd134aaec0bd81f5657600fc1e3eb05c154a0f0a96ffc528ab7282a90e1b";
  };
  readonly "training": {
    readonly "tool": "graft 0.1.0";
    readonly "steps": 4500;
    readonly "batch": 8;
    readonly "patch": 64;
    readonly "accumulate": 1;
    readonly "loss": "psnr";
    readonly "angles": 0.00002;
    readonly "rate": 0.001;
    readonly "warmup": 100;
    readonly "weightDecay": 0.0001;
    readonly "betas": readonly [
      0.9,
      0.99,
    ];
    readonly "clip": 1;
    readonly "seed": 1;
    readonly "spikes": false;
    readonly "learn": "all";
    readonly "average": 0.998;
    readonly "ofSteps": 4500;
    readonly "photos": 272;
    readonly "lastLoss": -26.16;
    readonly "lastPsnr": 20.58;
    readonly "labelShares": {
      readonly "noise": 3;
      readonly "rain": 3;
      readonly "haze": 2;
      readonly "blur": 2;
      readonly "low-light": 2;
    };
    readonly "clean": 0.08;
    readonly "off": 0.06;
    readonly "partial": 0.06;
    readonly "mixed": 0.04;
    readonly "psnrEpsilon": 0.0001;
    readonly "before": "762 steps of the same options, seed 0, with an earlier form of the degradations";
  };
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
