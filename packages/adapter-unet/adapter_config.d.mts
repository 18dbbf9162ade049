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
    readonly "fingerprint": "pipfp2:ce83c683a8c1c6febafd2c3596c140a7b516522fa235be50c3e73f00de813aa4";
    readonly "digest": "sha256:b3132beacb0e88079d2189fd1e2fe6ef242668a07de491b926c47afbd6e7ccbb";
  };
  readonly "training": {
    readonly "tool": "graft 0.1.0";
    readonly "steps": 6450;
    readonly "batch": 8;
    readonly "patch": 64;
    readonly "accumulate": 1;
    readonly "loss": "psnr";
    readonly "angles": 0.00002;
    readonly "rate": 0.0008;
    readonly "warmup": 200;
    readonly "weightDecay": 0.0001;
    readonly "betas": readonly [
      0.9,
      0.99,
    ];
    readonly "clip": 1;
    readonly "seed": 3;
    readonly "spikes": false;
    readonly "learn": "all";
    readonly "average": 0.998;
    readonly "stages": readonly [
      {
        readonly "steps": 5000;
        readonly "batch": 8;
        readonly "patch": 64;
        readonly "rate": 0.0008;
        readonly "endRate": 0.0003;
        readonly "warmup": 200;
        readonly "loss": "psnr";
      },
      {
        readonly "steps": 1450;
        readonly "batch": 3;
        readonly "patch": 128;
        readonly "rate": 0.0003;
        readonly "endRate": 0.000001;
        readonly "warmup": 0;
        readonly "loss": "psnr";
      },
    ];
    readonly "ofSteps": 6450;
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
          0.15,
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
          0,
          0.8,
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
    readonly "clean": 0.12;
    readonly "off": 0.04;
    readonly "partial": 0.05;
    readonly "mixed": 0.04;
    readonly "halved": 0.6;
    readonly "labelShares": {
      readonly "noise": 4;
      readonly "rain": 2;
      readonly "haze": 2;
      readonly "blur": 2;
      readonly "low-light": 2;
    };
    readonly "changes": readonly [
      {
        readonly "step": 5218;
        readonly "option": "stage";
        readonly "from": readonly [
          {
            readonly "steps": 5000;
            readonly "batch": 8;
            readonly "patch": 64;
            readonly "rate": 0.0008;
            readonly "warmup": 200;
            readonly "loss": "psnr";
            readonly "endRate": 0.0003;
          },
          {
            readonly "steps": 1900;
            readonly "batch": 3;
            readonly "patch": 128;
            readonly "rate": 0.0003;
            readonly "warmup": 0;
            readonly "loss": "psnr";
            readonly "endRate": 0.000001;
          },
        ];
        readonly "to": readonly [
          {
            readonly "steps": 5000;
            readonly "batch": 8;
            readonly "patch": 64;
            readonly "rate": 0.0008;
            readonly "warmup": 200;
            readonly "loss": "psnr";
            readonly "endRate": 0.0003;
          },
          {
            readonly "steps": 1450;
            readonly "batch": 3;
            readonly "patch": 128;
            readonly "rate": 0.0003;
            readonly "warmup": 0;
            readonly "loss": "psnr";
            readonly "endRate": 0.000001;
          },
        ];
      },
    ];
    readonly "lastLoss": -27.63;
    readonly "lastPsnr": 24.56;
    readonly "before": "762 and 4,500 steps at 1e-3 (seeds 0 and 1, the first with an earlier form of the degradations), then 8,850 steps from 6e-4 (seed 2), of the same loss and sizes, without patches at half size";
  };
  readonly "license": "MIT";
  readonly "base_license": "MIT";
};
export default config;
