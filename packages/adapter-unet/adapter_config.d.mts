// Types of adapter_config.json, written by `graft adapter pack`.
declare const config: {
  readonly "format_version": 1;
  readonly "peft_type": "PIP";
  readonly "mode": "convgate";
  readonly "attach": "residual";
  readonly "gate": "label";
  readonly "position": "none";
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
    readonly "fingerprint": "pipfp2:5b238fd84dc41f7b4880e0a47455e0cb60e23fa33ae3b8f8831bc6e8c795a07c";
    readonly "digest": "sha256:c83da5a8c1927c480e59bdd51bcc351f0810d363a2db70ee2abf266287898c44";
  };
  readonly "training": {
    readonly "tool": "graft 1.0.0-rc.0";
    readonly "steps": 2600;
    readonly "batch": 2;
    readonly "patch": 192;
    readonly "accumulate": 1;
    readonly "loss": "psnr-detail";
    readonly "angles": 0.00002;
    readonly "rate": 0.0002;
    readonly "warmup": 50;
    readonly "weightDecay": 0.0001;
    readonly "betas": readonly [
      0.9,
      0.99,
    ];
    readonly "clip": 1;
    readonly "seed": 23;
    readonly "spikes": false;
    readonly "learn": "all";
    readonly "average": 0.998;
    readonly "ofSteps": 2600;
    readonly "photos": 216;
    readonly "degrade": {
      readonly "noise": {
        readonly "sigma": readonly [
          0,
          55,
        ];
        readonly "grain": readonly [
          0,
          0,
        ];
      };
      readonly "rain": {
        readonly "layers": readonly [
          1,
          5,
        ];
        readonly "strength": readonly [
          0.12,
          0.5,
        ];
        readonly "cover": readonly [
          0.04,
          0.6,
        ];
        readonly "length": readonly [
          10,
          100,
        ];
        readonly "width": readonly [
          0.8,
          2.5,
        ];
        readonly "lean": readonly [
          -45,
          45,
        ];
        readonly "veil": readonly [
          0,
          0.3,
        ];
      };
      readonly "haze": {
        readonly "t": readonly [
          0.08,
          0.95,
        ];
        readonly "air": readonly [
          0.75,
          1,
        ];
        readonly "tint": readonly [
          0,
          0.06,
        ];
        readonly "spread": readonly [
          0.1,
          0.9,
        ];
      };
      readonly "blur": {
        readonly "length": readonly [
          3,
          25,
        ];
        readonly "radius": readonly [
          0.7,
          4,
        ];
        readonly "noise": readonly [
          0,
          2,
        ];
      };
      readonly "low-light": {
        readonly "gain": readonly [
          0.03,
          0.6,
        ];
        readonly "gamma": readonly [
          1,
          1.6,
        ];
        readonly "lit": readonly [
          0,
          0,
        ];
        readonly "read": readonly [
          0,
          4,
        ];
        readonly "shot": readonly [
          0,
          8,
        ];
        readonly "jpeg": readonly [
          75,
          98,
        ];
      };
    };
    readonly "clean": 0.08;
    readonly "flat": 0.1;
    readonly "off": 0.03;
    readonly "partial": 0.04;
    readonly "mixed": 0.04;
    readonly "halved": 0.4;
    readonly "whole": 0.35;
    readonly "labelShares": {
      readonly "noise": 7;
      readonly "rain": 5;
      readonly "haze": 11;
      readonly "blur": 1;
      readonly "low-light": 6;
    };
    readonly "lastLoss": -28.48;
    readonly "lastPsnr": 23.18;
  };
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
