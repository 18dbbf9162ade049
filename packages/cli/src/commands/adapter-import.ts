import { basename, resolve } from 'node:path';
import {
  type Adapter,
  type AdapterBase,
  buildBackbone,
  detectBackbone,
  elementCount,
  findModules,
  GraftError,
  hostOf,
  importAdapter,
  nonFinite,
  planGraft,
  requireSites,
  tooWide,
  withNamedAverages,
} from '@pip-graft/graft';
import {
  nodeSha256,
  type OpenCheckpoint,
  openCheckpoint,
  openHost,
  writeAdapter,
} from '@pip-graft/graft/node';
import { describeNonFinite, describeTaken, takenFrom } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import { checkOutputFolder, forceOption } from '../options/check-output.ts';
import { joinedLabels, outputOption } from '../options/options.ts';
import { prefixOption } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';

interface Options {
  readonly output: string;
  readonly force?: boolean;
  readonly name?: string;
  readonly labels?: string;
  readonly prefix?: string;
  readonly host?: string;
}

export function command(): Command {
  return define(
    'import',
    "Converts the PIP modules of an authors' checkpoint to an adapter, without Python",
    [
      'graft backbone import pip.pkl -o host.onnx',
      'graft adapter import pip.pkl -o pip-adapter',
      'graft apply host.onnx --adapter ./pip-adapter -o restorer.onnx',
    ],
  )
    .argument(
      '<checkpoint>',
      '.pkl, .pth, .pt, .ckpt or .safetensors with PIP modules, of any of the five modes',
    )
    .addOption(outputOption('folder for the adapter').makeOptionMandatory())
    .addOption(forceOption('an adapter'))
    .addOption(new Option('--name <name>', "name of the adapter; default: the folder's"))
    .addOption(
      new Option(
        '--labels <labels>',
        "names of the degradations in the order of the prompts, joined by +; default: the release's five or seven",
      ).argParser(joinedLabels),
    )
    .addOption(prefixOption())
    .addOption(
      new Option(
        '--host <file>',
        'ONNX file that the modules belong to; default: the host in the same checkpoint',
      ),
    )
    .action(
      run<[string], Options>(async (session, path, options) => {
        const { output, name = basename(resolve(output)), labels, host } = options;
        await checkOutputFolder(output, 'an adapter', options.force);
        const checkpoint = await openCheckpoint(path);
        try {
          const { prefix } = options;
          // The average that `graft backbone import` takes, so that the modules fit its host.
          const tensors = withNamedAverages(checkpoint.tensors, path);
          const modules = findModules(tensors, { prefix, label: path });
          const taken = takenFrom(checkpoint, {
            prefix: '',
            average: false,
            beside: [],
            leftAverages: [],
            ...modules,
          });
          for (const note of describeTaken(taken)) session.note(note);
          const base =
            host === undefined
              ? baseInside(checkpoint, path, modules?.prefix ?? prefix)
              : await baseOf(host);
          const adapter = importAdapter(modules?.tensors ?? new Map(), {
            name,
            base,
            label: path,
            training: { source: `imported from ${basename(path)}`, ...taken.extra },
            ...(labels === undefined ? {} : { labels: labels.split('+') }),
          });
          const broken = nonFinite(adapter.tensors);
          const warning = describeNonFinite(broken, adapter.tensors.size, {
            wide: tooWide(adapter.tensors, broken),
          });
          if (warning !== undefined) session.note(warning);
          if (host !== undefined) await requireFit(host, adapter);
          await writeAdapter(output, adapter);
          const { config } = adapter;
          const parameters = [...adapter.tensors.values()].reduce(
            (sum, { dims }) => sum + elementCount(dims),
            0,
          );
          return {
            json: {
              output,
              name,
              config,
              base,
              parameters,
              training: adapter.training,
              prefix: taken.prefix,
              average: taken.average,
              nonFinite: broken,
            },
            text: `${output}: adapter '${name}' for ${base.family}, ${config.mode}, ${config.attach}, labels ${config.labels.join(', ')}, ${parameters.toLocaleString('en-US')} parameters`,
          };
        } finally {
          checkpoint.close();
        }
      }),
    );
}

async function baseOf(path: string): Promise<AdapterBase> {
  using host = await openHost(path);
  requireSites(host);
  return { family: host.located.family, name: null, ...host.identity() };
}

/** Requires that the adapter can be grafted onto its host. Errors: those of `planGraft`. */
async function requireFit(path: string, adapter: Adapter): Promise<void> {
  using host = await openHost(path);
  planGraft(host, adapter);
}

/** Fingerprint of the host in the same file, as `graft backbone import` builds it. */
function baseInside(
  checkpoint: OpenCheckpoint,
  label: string,
  prefix: string | undefined,
): AdapterBase {
  const { backbone, weights, pip } = hostInside(checkpoint, label, prefix);
  if (pip.length === 0) {
    throw new GraftError(
      'ADAPTER_INVALID',
      `${label}: it is a ${backbone.family} without PIP modules; import it with \`graft backbone import\`.`,
    );
  }
  const host = hostOf(buildBackbone(backbone, weights), { newHash: nodeSha256 });
  return {
    family: host.located.family,
    name: null,
    digest: null,
    fingerprint: host.identity().fingerprint,
  };
}

function hostInside({ tensors }: OpenCheckpoint, label: string, prefix: string | undefined) {
  try {
    return detectBackbone(tensors, { prefix, label });
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'UNSUPPORTED_HOST') throw error;
    throw new GraftError(
      error.code,
      `${error.message} If it has PIP modules alone, pass --host with the ONNX file of their host.`,
      { cause: error },
    );
  }
}
