import {
  type BackbonePreset,
  type BuildOptions,
  backboneParameters,
  backbonePresets,
  buildBackbone,
  elementCount,
} from '@pip-graft/graft';
import { saveModel } from '@pip-graft/graft/node';
import { Argument, type Command, Option } from 'commander';
import { type BackboneSizes, resizeBackbone } from '../options/backbone-options.ts';
import {
  builtNetwork,
  checkOutputFile,
  forceFileOption,
  refuseForeignFile,
} from '../options/check-output.ts';
import { outputOption, wholeNumber, wholeNumbers } from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';

interface Options extends BackboneSizes {
  readonly output: string;
  readonly force?: boolean;
  readonly seed: number;
  readonly opset?: number;
  readonly dtype: NonNullable<BuildOptions['dataType']>;
}

export function command(): Command {
  return define('build', 'Builds a restoration network as ONNX, with weights from a seed', [
    'graft backbone build restormer -o restormer.onnx',
    'graft backbone build nafnet --dim 16 --blocks 1,1,1,2 --seed 7 -o small.onnx',
  ])
    .addArgument(
      new Argument('<network>', 'network; `graft backbone list` shows their sizes').choices(
        Object.keys(backbonePresets),
      ),
    )
    .addOption(outputOption('file for the model').makeOptionMandatory())
    .addOption(forceFileOption(builtNetwork))
    .addOption(
      new Option('--dim <number>', 'width at full resolution').argParser(wholeNumber(1, 4096)),
    )
    .addOption(
      new Option(
        '--blocks <numbers>',
        'blocks of each encoder level (restormer, promptir: and of the latent), such as 1,2,2,4',
      ).argParser(wholeNumbers),
    )
    .addOption(
      new Option(
        '--heads <numbers>',
        'restormer, promptir: attention heads of levels 1 to 3 and the latent',
      ).argParser(wholeNumbers),
    )
    .addOption(
      new Option('--refinement <number>', 'restormer, promptir: blocks at the end').argParser(
        wholeNumber(0, 1000),
      ),
    )
    .addOption(
      new Option('--middle <number>', 'nafnet, unet: blocks between encoder and decoder').argParser(
        wholeNumber(0, 1000),
      ),
    )
    .addOption(
      new Option(
        '--decoder <numbers>',
        'nafnet, unet: blocks of each decoder level, smallest first',
      ).argParser(wholeNumbers),
    )
    .addOption(
      new Option('--seed <number>', 'seed of the weights')
        .argParser(wholeNumber(0, 2 ** 31 - 1))
        .default(0),
    )
    .addOption(
      new Option(
        '--opset <number>',
        'ONNX operator set; default: 17, and 22 for bfloat16',
      ).argParser(wholeNumber(11, 23)),
    )
    .addOption(
      new Option('--dtype <type>', 'element type')
        .choices(['float32', 'float16', 'bfloat16'])
        .default('float32'),
    )
    .action(
      run<[BackbonePreset], Options>(async (session, name, options) => {
        const { output, seed, dtype, dim, blocks, heads, refinement, middle, decoder } = options;
        checkOutputFile(output);
        refuseForeignFile(output, options.force, builtNetwork);
        const sizes = Object.fromEntries(
          Object.entries({ dim, blocks, heads, refinement, middle, decoder }).filter(
            ([, value]) => value !== undefined,
          ),
        );
        const backbone = resizeBackbone(backbonePresets[name], sizes);
        const model = buildBackbone(backbone, seed, { opset: options.opset, dataType: dtype });
        const opset = model.opsets.get('');
        await saveModel(model, output, {
          signal: session.signal,
          onProgress: (done, total) => session.progress('writing', done, total),
        });
        const parameters = backboneParameters(backbone).reduce(
          (sum, { dims }) => sum + elementCount(dims),
          0,
        );
        const nodes = model.graph.nodes.length;
        return {
          json: {
            output,
            ...backbone,
            seed,
            opset,
            dataType: dtype,
            parameters,
            nodes,
            trained: false,
          },
          text: `${output}: UNTRAINED ${name}, ${parameters.toLocaleString('en-US')} parameters, ${nodes.toLocaleString('en-US')} nodes, opset ${opset}, seed ${seed}`,
        };
      }),
    );
}
