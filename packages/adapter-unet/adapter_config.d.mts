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
    readonly "fingerprint": "pipfp2:0443124dedbb211167ed750c0938be9c608cedb9594dd1992ecb106832939586";
    readonly "digest": "sha256:94d4cac8e346f6ea723bc75c74f845ec6be35b210cd7803ad1324d10ca5b8e66";
  };
  readonly "training": {
    readonly "tool": "graft 0.1.0";
    readonly "steps": 4300;
    readonly "batch": 3;
    readonly "patch": 128;
    readonly "accumulate": 1;
    readonly "loss": "psnr";
    readonly "angles": 0.00002;
    readonly "rate": 0.0004;
    readonly "warmup": 50;
    readonly "weightDecay": 0.0001;
    readonly "betas": readonly [
      0.9,
      0.99,
    ];
    readonly "clip": 1;
    readonly "seed": 6;
    readonly "spikes": false;
    readonly "learn": "all";
    readonly "average": 0.998;
    readonly "stages": readonly [
      {
        readonly "steps": 3600;
        readonly "batch": 3;
        readonly "patch": 128;
        readonly "rate": 0.0004;
        readonly "endRate": 0.0001;
        readonly "warmup": 50;
        readonly "loss": "psnr";
      },
      {
        readonly "steps": 700;
        readonly "batch": 2;
        readonly "patch": 192;
        readonly "rate": 0.0001;
        readonly "endRate": 0.000001;
        readonly "warmup": 10;
        readonly "loss": "psnr";
      },
    ];
    readonly "ofSteps": 4300;
    readonly "photos": 272;
    readonly "degrade": {
      readonly "noise": {
        readonly "sigma": readonly [
          0,
          55,
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
          0.2,
          0.95,
        ];
        readonly "air": readonly [
          0.6,
          1,
        ];
        readonly "tint": readonly [
          0,
          0.06,
        ];
        readonly "spread": readonly [
          0.1,
          1,
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
        readonly "read": readonly [
          0,
          2,
        ];
        readonly "shot": readonly [
          0,
          4,
        ];
        readonly "jpeg": readonly [
          75,
          98,
        ];
      };
    };
    readonly "clean": 0.1;
    readonly "flat": 0.1;
    readonly "off": 0.04;
    readonly "partial": 0.05;
    readonly "mixed": 0.04;
    readonly "halved": 0.6;
    readonly "labelShares": {
      readonly "noise": 8;
      readonly "rain": 3;
      readonly "haze": 10;
      readonly "blur": 2;
      readonly "low-light": 5;
    };
    readonly "lastLoss": -25.5;
    readonly "lastPsnr": 23.4;
    readonly "before": "762 and 4,500 steps at 1e-3 (seeds 0 and 1, the first with an earlier form of the degradations), 8,850 from 6e-4 (seed 2), then 6,450 from 8e-4 (seed 3) with patches at half size, all with a basic prompt that was a map; its mean over space began the vector of position none: 2,700 steps of 8 x 64² from 6e-4 and 1,100 of 3 x 128² (seed 4). 1,000 steps of 3 x 128² from 3e-4 (seed 5) began with the last convolution's sums made equal over the four positions of the pixel shuffle; the mean of the weights before and after them began this run (seed 6). What ships is three parts of the mean from before this run and seven of its own weights";
  };
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
