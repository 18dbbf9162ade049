import { GraftError } from '@pip-graft/graft';
import { writeAtomic } from '@pip-graft/graft/files';
import { table } from '@pip-graft/report/text';
import type { PreviewRow } from '@pip-graft/train';
import { type Command, Option } from 'commander';
import { checkOutputFile } from '../options/check-output.ts';
import { type MaxPixelsOption, maxPixelsOption, pixelsOf } from '../options/numbers.ts';
import { outputOption, wholeNumber } from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';
import { type DegradeRequest, degradeOptions } from '../train/degrade-option.ts';
import { labelsOf, number } from '../train/step-request.ts';

interface Options extends DegradeRequest, MaxPixelsOption {
  readonly data: string;
  readonly output: string;
  readonly labels?: readonly string[];
  readonly patch: number;
  readonly seed: number;
}

export function command(): Command {
  const preview = define(
    'preview',
    'Writes a contact sheet of training patches: degraded above clean, a row for each label',
    [
      'graft train preview --data photos/ -o sheet.png',
      'graft train preview --data photos/ -o sheet.png --labels haze+rain --degrade haze.t=0.3..0.6 --seed 2',
    ],
  );
  const all = [
    new Option('--data <folder>', 'clean images').makeOptionMandatory(),
    outputOption('PNG file for the sheet').makeOptionMandatory(),
    new Option(
      '--labels <labels>',
      'degradations, joined by +; default: all that can be applied to clean images',
    ).argParser(labelsOf),
    number('--patch <pixels>', 'side of the patches', 128, wholeNumber(8, 1024)),
    maxPixelsOption(),
    ...degradeOptions(),
    number('--seed <number>', 'seed of batches', 0, wholeNumber(0, 2 ** 31)),
  ];
  for (const option of all) preview.addOption(option);
  return preview.action(
    run<[], Options>(async (_session, given) => {
      const { output, patch } = given;
      const { preview: previewOf } = await import('@pip-graft/train');
      if (!/\.png$/i.test(output))
        throw new GraftError(
          'INVALID_ARGUMENT',
          `${output}: the sheet is a PNG file; give it a name that ends in .png.`,
        );
      checkOutputFile(output);
      const { degrade, rows, sheet } = await previewOf({ ...given, ...pixelsOf(given) });
      await writeAtomic(output, (append) => append(sheet));
      const figures = rows.map(figuresOf);
      return {
        json: { output, patch, degrade, rows: figures },
        text: table([
          ['sheet', output],
          ...figures.map(({ name, patches, least, most }) => [
            name,
            `${patches} patches${least === null ? '' : `, ${least.toFixed(1)} to ${most!.toFixed(1)} dB`}`,
          ]),
        ]),
      };
    }),
  );
}

function figuresOf({ name, patches }: PreviewRow) {
  const psnr = patches.flatMap((each) => each.psnr ?? []);
  const some = psnr.length > 0;
  return {
    name,
    patches: patches.length,
    least: some ? Math.min(...psnr) : null,
    most: some ? Math.max(...psnr) : null,
  };
}
