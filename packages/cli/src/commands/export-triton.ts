import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { extendGraph, GraftError, type GraftRecord, lookAt, type Model } from '@pip-graft/graft';
import { filePath, ioError, writeAtomic } from '@pip-graft/graft/files';
import { openModel, saveModel } from '@pip-graft/graft/node';
import type { Command } from 'commander';
import { checkOutputFile, forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import { outputOption, refuseOverInput, wholeNumber } from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';
import { type TritonConfig, type TritonTensor, tritonConfig } from '../triton/model-config.ts';

interface Options {
  readonly output: string;
  readonly name?: string;
  readonly maxBatch: number;
  readonly force?: boolean;
}

/** Contents of a folder that an earlier export wrote. */
const ours = new Set(['config.pbtxt', '1']);

export function command(): Command {
  const triton = define('triton', 'Writes a model as an entry of a Triton model repository', [
    'graft export triton grafted.onnx -o models',
    'graft export triton grafted.onnx -o models --name derain --max-batch 4',
  ])
    .argument(
      '<model>',
      'ONNX file, grafted or not, a package, or hf:owner/name[@revision][/folder or file]',
    )
    .addOption(outputOption('folder of the model repository').makeOptionMandatory())
    .option('--name <name>', "name of the model in the repository; default: the file's")
    .option(
      '--max-batch <number>',
      'largest batch that Triton forms; 0 for no batching',
      wholeNumber(0, 65_536),
      8,
    )
    .addOption(forceFileOption(ownConfig));
  return triton.action(
    run<[string], Options>(async (session, path, options) => {
      const name = options.name ?? nameOf(triton.args[0] ?? path, path);
      checkName(name, options.name === undefined ? `${path}: '${name}'` : `--name '${name}'`);
      const folder = join(options.output, name);
      const target = join(folder, '1', 'model.onnx');
      const configPath = join(folder, 'config.pbtxt');
      refuseForeign(folder);
      refuseOverInput(path, target);
      checkOutputFile(target);
      checkOutputFile(configPath);
      const opened = openModel(path);
      try {
        const { graft, sizeMultiple } = lookAt(opened.model);
        const served = servedModel(opened.model, graft);
        const { maxBatch } = options;
        const config = tritonConfig(served, name, { maxBatch, graft, sizeMultiple });
        const { signal } = session;
        if (maxBatch > 0 && config.maxBatchSize === 0)
          session.note(
            `${path}: its batch is fixed, or holds parts of one image, so Triton cannot batch`,
          );
        const text = new TextEncoder().encode(formatConfig(config));
        refuseOther(configPath, target, text, options.force);
        const isNew = !existsSync(filePath(configPath));
        // First, so that a killed export is known by it.
        await writeAtomic(configPath, (append) => append(text), signal);
        try {
          await saveModel(served, target, {
            signal,
            onProgress: (done, total) => session.progress('saving', done, total),
          });
        } catch (error) {
          if (isNew) await rm(filePath(configPath), { force: true });
          throw error;
        }
        return { json: { folder, config }, text: `${folder}: a model for Triton` };
      } finally {
        opened.close();
      }
    }),
  );
}

/**
 * Name of a model in the repository: that of its file, or of the package or the repository on the
 * model hub whose one model it is.
 *
 * @param typed as typed; another text than the path for a package or a name on the hub
 */
function nameOf(typed: string, path: string): string {
  const file = basename(path, extname(path));
  if (typed === path || file !== 'model') return file;
  return /^(?:hf:[^/]+\/|@[^/]+\/)?([^/@]+)/.exec(typed)?.[1] ?? file;
}

/** Rejects a name that is invalid as a folder name or in a URL. Errors: `INVALID_ARGUMENT`. */
function checkName(name: string, place: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: not a name for a model; use letters, digits, '_', '-' and '.' in --name.`,
  );
}

/** Rejects a folder that no export wrote. Errors: `WRITE_FAILED`. */
function refuseForeign(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(filePath(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw ioError('write', folder, error);
  }
  const foreign = names.find((name) => !ours.has(name) && !name.startsWith('.'));
  if (foreign !== undefined)
    throw new GraftError(
      'WRITE_FAILED',
      `${folder}: it holds '${foreign}', which no export wrote; choose another --name.`,
    );
}

const ownConfig = { what: 'of an export like this one' };

/**
 * Rejects a model that somebody else put there, and a configuration that was edited or is of
 * another export. Errors: `WRITE_FAILED`.
 */
function refuseOther(
  config: string,
  model: string,
  text: Uint8Array,
  force: boolean | undefined,
): void {
  const isOwn = (): boolean => readFileSync(filePath(config)).equals(text);
  for (const path of [config, model])
    refuseForeignFile(path, force, { ...ownConfig, accepts: isOwn });
}

/** Formats a configuration in protobuf's text format, for `config.pbtxt`. */
export function formatConfig(config: TritonConfig): string {
  const { name, maxBatchSize, inputs, outputs, parameters } = config;
  return [
    `name: ${quoted(name)}`,
    'backend: "onnxruntime"',
    'default_model_filename: "model.onnx"',
    `max_batch_size: ${maxBatchSize}`,
    ...inputs.map((tensor) => block('input', tensorLines(tensor))),
    ...outputs.map((tensor) => block('output', tensorLines(tensor))),
    ...(maxBatchSize > 0 ? ['dynamic_batching { }'] : []),
    ...Object.entries(parameters).map(([key, value]) =>
      block('parameters', [`key: ${quoted(key)}`, `value { string_value: ${quoted(value)} }`]),
    ),
    '',
  ].join('\n');
}

function tensorLines({ name, dataType, dims }: TritonTensor): string[] {
  return [`name: ${quoted(name)}`, `data_type: ${dataType}`, `dims: [ ${dims.join(', ')} ]`];
}

function block(name: string, lines: readonly string[]): string {
  return [`${name} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n');
}

/** Quotes a string of the text format: names come from files and may contain anything. */
function quoted(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const escaped = bytes.map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') return `\\${char}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/**
 * The model in a form that Triton can batch: every input has one row per image. A graft's
 * degradation is required; its strength, one number for all images, gets the default 1, which hides
 * it from Triton.
 */
function servedModel(model: Model, graft: GraftRecord | null): Model {
  if (!graft?.inputs) return model;
  const { degradation, strength } = graft.inputs;
  const defaults = new Set(model.graph.initializers.map(({ name }) => name));
  const one = new Uint8Array(new Float32Array([1]).buffer);
  return extendGraph(model, {
    fragment: {
      nodes: [],
      initializers: defaults.has(strength)
        ? []
        : [{ name: strength, dataType: 'float32', dims: [], data: one }],
    },
    fed: defaults.has(degradation) ? [degradation] : [],
  });
}
