import type { Device } from '@pip-graft/runtime';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { doorOptions } from '../options/expected-device.ts';
import { joined, maxPixelsOption, outputOption, wholeNumber } from '../options/options.ts';
import { strengthOption, strengthWarnings } from '../options/strength.ts';
import { define, run } from '../pipeline/run.ts';
import { type RestoreRequest, restoreImages } from '../restore/restore-images.ts';
import { shardOption } from '../shard.ts';

export function command(): Command {
  return define('restore', 'Restores images with a model', [
    'graft restore grafted.onnx photo.jpg -o restored --degradation rain',
    'graft restore grafted.onnx a.png b.webp -o restored --degradation noise=0.5,haze=0.5 --strength 0.8',
    "graft restore grafted.onnx photos 'more/**/*.png' -o restored --tile 512 --overlap 32",
    'graft restore grafted.onnx photos -o restored --tile 512 --shard 2/8 --json > shard-2.json',
  ])
    .argument(
      '<model>',
      'ONNX file, grafted or not, a package, or hf:owner/name[@revision][/folder or file]',
    )
    .argument(
      '<images...>',
      'PNG, JPEG, WebP, TIFF or AVIF files, folders, or patterns such as photos/**/*.jpg',
    )
    .addOption(
      outputOption(
        'folder for the results, which keep their names; skips finished images',
      ).makeOptionMandatory(),
    )
    .option(
      '--degradation <weights>',
      "label, or label=weight,…; default: detected by the model's sensor, or the model's default",
      joined,
    )
    .addOption(strengthOption())
    .addOption(
      new Option('--device <device>', 'where to run')
        .choices(['cpu', 'cuda', 'webgpu'] satisfies Device[])
        .default('cpu'),
    )
    .option('--device-id <number>', 'index of the CUDA device; default: 0', wholeNumber(0, 255))
    .addOption(
      new Option(
        '--tile <side>',
        'longest side of a tile in pixels, or auto: whole if that needs at most 2 GiB and half of the free memory, otherwise in tiles that fit',
      )
        .argParser(tileOf)
        .default('auto'),
    )
    .option(
      '--overlap <pixels>',
      'overlap of neighbouring tiles; default: an eighth of a tile, 64 to 192, and at most a quarter',
      wholeNumber(0, 65_535),
    )
    .addOption(doorOptions()[0]!)
    .addOption(doorOptions()[1]!)
    .addOption(maxPixelsOption())
    .addOption(shardOption('images'))
    .action(
      run<[string, string[]], RestoreRequest>((session, model, images, options) => {
        for (const warning of strengthWarnings(options.strength)) session.note(warning);
        return restoreImages(session, model, images, options);
      }),
    );
}

function tileOf(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (/^\d{1,6}$/.test(text) && Number(text) >= 16) return Number(text);
  throw new InvalidArgumentError('expected auto, or a whole number of pixels from 16 to 999999.');
}
