import { readFileSync } from 'node:fs';
import { GraftError } from '@pip-graft/graft';
import { filePath, writeAtomic } from '@pip-graft/graft/files';
import { table } from '@pip-graft/report/text';
import type { PreviewRow } from '@pip-graft/train';
import { type Command, Option } from 'commander';
import { checkOutputFile, forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import {
  type MaxPixelsOption,
  maxPixelsOption,
  outputOption,
  pixelsOf,
  wholeNumber,
} from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';
import { type DegradeRequest, degradeOptions, labelsOf, number } from '../train/shared-options.ts';

interface Options extends DegradeRequest, MaxPixelsOption {
  readonly data: string;
  readonly output: string;
  readonly force?: boolean;
  readonly labels?: readonly string[];
  readonly patch: number;
  readonly seed: number;
}

const contactSheet = { what: 'a contact sheet' };
/** Named in a sheet's metadata, by which an earlier one is recognised. */
const software = 'graft train preview';

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
    forceFileOption(contactSheet),
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
      refuseForeignFile(output, given.force, {
        ...contactSheet,
        accepts: (path) => readFileSync(filePath(path)).includes(software),
      });
      const { degrade, rows, sheet } = await previewOf({ ...given, ...pixelsOf(given), software });
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
