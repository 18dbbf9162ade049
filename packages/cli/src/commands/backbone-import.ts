import { type BuildOptions, buildBackbone, detectBackbone, elementCount } from '@pip-graft/graft';
import { openCheckpoint, saveModel } from '@pip-graft/graft/node';
import { describeSizes, describeTaken, takenFrom } from '@pip-graft/report/text';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { brokenWeights } from '../options/backbone-options.ts';
import { builtNetwork, forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import { checkOutput, outputOption, wholeNumber } from '../options/options.ts';
import { localise } from '../options/parse-weights.ts';
import { prefixOption } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';

interface Options {
  readonly output?: string;
  readonly force?: boolean;
  readonly prefix?: string;
  readonly local?: readonly [number, number];
  readonly opset?: number;
  readonly dtype: NonNullable<BuildOptions['dataType']>;
}

export function command(): Command {
  return define(
    'import',
    'Converts a PyTorch checkpoint or safetensors file to ONNX, without Python',
    [
      'graft backbone import motion_deblurring.pth -o restormer.onnx',
      'graft backbone import NAFNet-GoPro-width32.pth --local 256x256 -o nafnet-local.onnx',
      'graft backbone import last.ckpt --prefix state_dict.student -o student.onnx',
      'graft backbone import model.safetensors.index.json -o host.onnx',
      'graft backbone import pip.pkl -o host.onnx   # then: graft adapter import pip.pkl -o adapter',
    ],
  )
    .argument(
      '<checkpoint>',
      '.pth, .pt, .ckpt, .pkl, .safetensors or .safetensors.index.json of Restormer, NAFNet, PromptIR, PIP or our U-Net, or hf:owner/name[@revision][/folder or file]',
    )
    .addOption(outputOption('file for the model; without it, the checkpoint is only described'))
    .addOption(forceFileOption(builtNetwork))
    .addOption(prefixOption())
    .addOption(
      new Option(
        '--local <size>',
        'nafnet: attend to a window 1.5 times the size of the training images (height x width, such as 256x256), as the published local variant does',
      ).argParser(sizeOf),
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
      run<[string], Options>(async (session, path, options) => {
        const { output, prefix, local, opset, dtype } = options;
        if (output !== undefined) {
          checkOutput(output, path);
          refuseForeignFile(output, options.force, builtNetwork);
        }
        const checkpoint = await openCheckpoint(path);
        try {
          const found = detectBackbone(checkpoint.tensors, { prefix, label: path });
          const backbone = localise(found.backbone, local);
          const { weights, unused, pip } = found;
          const parameters = [...weights.values()].reduce(
            (sum, { dims }) => sum + elementCount(dims),
            0,
          );
          const taken = takenFrom(checkpoint, found);
          for (const note of describeTaken(taken)) session.note(note);
          const broken = brokenWeights(checkpoint, found);
          if (broken.warning !== undefined) session.note(broken.warning);
          if (unused.length > 0)
            session.note(`omitted, because the network never runs them: ${unused.join(', ')}`);
          if (pip.length > 0) {
            session.note(
              `${pip.length} tensors of PIP modules are not the host's; import them with \`graft adapter import ${path}\`.`,
            );
          }
          if (output !== undefined) {
            const model = buildBackbone(backbone, weights, { opset, dataType: dtype });
            await saveModel(model, output, {
              signal: session.signal,
              onProgress: (done, total) => session.progress('writing', done, total),
            });
          }
          const sizes = describeSizes(backbone);
          return {
            json: {
              output: output ?? null,
              ...backbone,
              parameters,
              dataType: dtype,
              checkpoint: { format: checkpoint.format, ...taken },
              nonFinite: broken.names,
              unused,
              pip: pip.length,
            },
            text: `${output ?? path}: ${backbone.family}, ${sizes}, ${parameters.toLocaleString('en-US')} parameters`,
          };
        } finally {
          checkpoint.close();
        }
      }),
    );
}

function sizeOf(text: string): readonly [number, number] {
  const match = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected height x width, such as 256x256.');
  return [Number(match[1]), Number(match[2] ?? match[1])];
}
