import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { locateSkips } from '@pip-graft/backbones';
import { GraftError } from '@pip-graft/onnx-graft';
import { openModel } from '@pip-graft/onnx-graft/node';
import { readGraft } from '@pip-graft/pip-core';
import {
  createSession,
  formatOf,
  type RestoreOptions,
  readImage,
  restoreImage,
  writeImage,
} from '@pip-graft/runtime';
import { type Command, InvalidArgumentError } from 'commander';
import { define } from '../session/define.ts';
import { outputOption } from '../session/options.ts';
import { parseWeights } from '../session/parse-weights.ts';
import { run } from '../session/run.ts';

interface Options {
  readonly output: string;
  readonly degradation?: string;
  readonly strength?: number;
}

interface Restored {
  readonly image: string;
  readonly output: string | null;
  readonly error: string | null;
}

export function command(): Command {
  return define('restore', 'Restores images with a model', [
    'graft restore grafted.onnx photo.jpg -o restored --degradation rain',
    'graft restore grafted.onnx a.png b.webp -o restored --degradation noise=0.5,haze=0.5 --strength 0.8',
  ])
    .argument('<model>', 'ONNX file, grafted or not')
    .argument('<images...>', 'PNG, JPEG or WebP files')
    .addOption(outputOption('folder for the results, which keep their names').makeOptionMandatory())
    .option('--degradation <weights>', 'label, or label=weight,…; default: what the model says')
    .option(
      '--strength <number>',
      '0 is the host alone, 1 the adapter as it is; default 1',
      strengthOf,
    )
    .action(
      run<[string, string[]], Options>(async (session, path, images, options) => {
        const settings = settingsOf(path, options);
        const outputs = outputsOf(images, options.output);
        const model = await createSession(path, { device: 'cpu' });
        const restored: Restored[] = [];
        for (const [index, image] of images.entries()) {
          session.signal.throwIfAborted();
          session.progress('restoring', index, images.length);
          const output = outputs[index]!;
          try {
            await writeImage(output, await restoreImage(model, await readImage(image), settings));
            restored.push({ image, output, error: null });
          } catch (error) {
            // One bad image of many does not stop the rest; alone it is the whole answer.
            if (!(error instanceof GraftError) || images.length === 1) throw error;
            session.note(`graft restore: ${error.message}`);
            restored.push({ image, output: null, error: error.message });
          }
        }
        await model.release();
        const failed = restored.filter(({ error }) => error !== null);
        const lines = restored.map(({ image, output }) =>
          output === null ? `${image}: failed` : `${image} → ${output}`,
        );
        if (failed.length > 0) lines.push(`${failed.length} of ${images.length} images failed`);
        return {
          json: { model: path, images: restored },
          text: lines.join('\n'),
          exit: failed.length > 0 ? 1 : 0,
        };
      }),
    );
}

function strengthOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(Math.fround(value))) {
    throw new InvalidArgumentError(
      'expected a number; 0 is the host alone, 1 the adapter as it is.',
    );
  }
  return value;
}

/** What the model needs and what the caller asked for, under the names the model uses. */
function settingsOf(path: string, options: Options): RestoreOptions {
  const opened = openModel(path);
  const graft = readGraft(opened.model);
  const { sizeMultiple } = locateSkips(opened.model);
  opened.close();
  const asked = options.degradation !== undefined || options.strength !== undefined;
  if (asked && (!graft || graft.inputs === null)) {
    const why = graft
      ? 'its degradation was fixed when it was grafted (--bake)'
      : 'it carries no graft';
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${path}: it takes no --degradation or --strength: ${why}.`,
    );
  }
  if (!graft || graft.inputs === null) return { sizeMultiple };
  return {
    sizeMultiple,
    names: graft.inputs,
    ...(options.degradation === undefined
      ? {}
      : { degradation: parseWeights(options.degradation, graft.labels) }),
    ...(options.strength === undefined ? {} : { strength: options.strength }),
  };
}

/** Where each result goes. An unknown format, two images of one name, or a result over its own source, are refused before anything runs. */
function outputsOf(images: readonly string[], folder: string): string[] {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new GraftError('WRITE_FAILED', `${folder}: it is a file; results go into a folder.`);
  }
  const outputs = images.map((image) => join(folder, basename(image)));
  outputs.forEach((output, index) => {
    const image = images[index]!;
    const first = outputs.indexOf(output);
    if (first !== index) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image} and ${images[first]} would both be written to ${output}; restore them into different folders.`,
      );
    }
    if (resolve(output) === resolve(image)) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image}: the result would replace it; choose another folder than ${folder}.`,
      );
    }
    formatOf(output);
  });
  return outputs;
}
