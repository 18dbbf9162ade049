import { basename, resolve } from 'node:path';
import {
  elementCount,
  freshAdapter,
  GraftError,
  initChoices,
  parseInit,
  pipParameters,
} from '@pip-graft/graft';
import { openHost, writeAdapter } from '@pip-graft/graft/node';
import { type Command, Option } from 'commander';
import { checkOutputFolder, forceOption } from '../options/check-output.ts';
import { joinedLabels, outputOption } from '../options/options.ts';
import { type SitesOption, sitesOption } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';

/** Options that are also keys of `--adapter init:key=value,…`. */
interface Options extends SitesOption {
  readonly output: string;
  readonly force?: boolean;
  readonly name?: string;
  readonly mode?: string;
  readonly attach?: string;
  readonly gate?: string;
  readonly labels?: string;
  readonly position?: string;
  readonly promptStd?: string;
  readonly seed?: string;
  readonly promptChannels?: string;
  readonly promptSize?: string;
}

export function command(): Command {
  return define('init', 'Creates an untrained adapter for a host', [
    'graft adapter init restormer.onnx -o my-adapter',
    'graft adapter init nafnet.onnx -o my-adapter --labels rain+haze --mode pip_cross --seed 7',
  ])
    .argument('<host>', 'ONNX file of the host')
    .addOption(outputOption('folder for the adapter').makeOptionMandatory())
    .addOption(forceOption('an adapter'))
    .addOption(new Option('--name <name>', "name of the adapter; default: the folder's"))
    .addOption(
      new Option('--mode <mode>', "form of the modules; default: the family's").choices(
        initChoices.mode,
      ),
    )
    .addOption(
      new Option(
        '--attach <how>',
        "replace (the paper's) or residual (a gate that starts at zero); default: residual",
      ).choices(initChoices.attach),
    )
    .addOption(
      new Option(
        '--gate <what>',
        'gate of a residual adapter: a factor for each label and channel, or for each channel; default: label',
      ).choices(initChoices.gate),
    )
    .addOption(
      new Option(
        '--labels <labels>',
        'degradations joined by +; default: noise+rain+haze+blur+low-light',
      ).argParser(joinedLabels),
    )
    .addOption(sitesOption())
    .addOption(new Option('--seed <number>', 'seed of the parameters; default: 0'))
    .addOption(
      new Option(
        '--prompt-channels <numbers>',
        "one number, or one per level joined by +; default: the family's",
      ),
    )
    .addOption(
      new Option(
        '--prompt-size <numbers>',
        'height and width of the basic prompt, in the same form',
      ),
    )
    .addOption(
      new Option(
        '--position <kind>',
        "whether modules can depend on a pixel's position; default: learned",
      ).choices(initChoices.position),
    )
    .addOption(
      new Option(
        '--prompt-std <number>',
        "standard deviation of the initial basic prompt; the authors' is 1; default: 0.02",
      ),
    )
    .action(
      run<[string], Options>(async (_session, path, options) => {
        await checkOutputFolder(options.output, 'an adapter', options.force);
        using host = await openHost(path);
        const { family } = host.located;
        const made = freshAdapter(host, initOptions(options), options.sites);
        await writeAdapter(options.output, made);
        const parameters = pipParameters(made.config).reduce(
          (sum, { dims }) => sum + elementCount(dims),
          0,
        );
        const { labels, mode, attach } = made.config;
        return {
          json: {
            output: options.output,
            name: made.name,
            config: made.config,
            parameters,
            training: made.training,
          },
          text: `${options.output}: UNTRAINED adapter '${made.name}' for ${family}, ${mode}, ${attach}, labels ${labels.join(', ')}, ${parameters.toLocaleString('en-US')} parameters`,
        };
      }),
    );
}

/** Parses options as the keys of `init`. Errors: those of `parseInit`, which name the option. */
function parsed(given: readonly (readonly [string, string])[]) {
  try {
    const keys = given.map(([key, value]) => `${key}=${value}`).join(',');
    return parseInit(keys === '' ? 'init' : `init:${keys}`);
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    const message = error.message.replace(/^--adapter init: ([a-z-]+) '/, "--$1 '");
    throw new GraftError(error.code, message, { cause: error });
  }
}

function initOptions(options: Options) {
  const {
    mode,
    attach,
    gate,
    labels,
    seed,
    promptChannels,
    promptSize,
    position,
    promptStd,
    output,
  } = options;
  const keys = {
    mode,
    attach,
    gate,
    labels,
    seed,
    'prompt-channels': promptChannels,
    'prompt-size': promptSize,
    position,
    'prompt-std': promptStd,
  };
  const given = Object.entries(keys).filter(([, value]) => value !== undefined);
  const bad = given.find(([, value]) => value?.includes(','));
  if (bad)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--${bad[0]} '${bad[1]}': join several by +, not by commas.`,
    );
  return {
    ...parsed(given as [string, string][]),
    name: options.name ?? basename(resolve(output)),
  };
}
