import { locateSkips } from '@pip-graft/backbones';
import { openModel } from '@pip-graft/onnx-graft/node';
import { readImage, type Validation, validateGraft } from '@pip-graft/runtime';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { define } from '../session/define.ts';
import { wholeNumber } from '../session/options.ts';
import { run } from '../session/run.ts';
import { table } from '../session/table.ts';

interface Options {
  readonly base?: string;
  readonly device: 'cpu' | 'cuda' | 'webgpu';
  readonly deviceId?: number;
  readonly layers?: boolean;
  readonly sweep?: boolean;
  readonly timeLimit?: number;
  readonly image?: string;
  readonly threads?: number;
  readonly maxOverhead?: number;
  readonly maxMemory?: number;
}

const marks = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** 6: the device is missing. */
const exits = { passed: 0, failed: 1, skipped: 6 } as const;

export function command(): Command {
  return define('validate', 'Tries whether a grafted model is sound on this machine', [
    'graft validate grafted.onnx',
    'graft validate grafted.onnx --base host.onnx --image photo.jpg --max-overhead 1.15',
    'graft validate grafted.onnx --device cuda --layers',
  ])
    .argument('<grafted>', 'ONNX file that `graft apply` wrote')
    .option(
      '--base <host>',
      'the host to compare with; default: what is left when the graft is taken out',
    )
    .addOption(
      new Option('--device <device>', 'where to run')
        .choices(['cpu', 'cuda', 'webgpu'])
        .default('cpu'),
    )
    .option('--device-id <number>', 'which of several GPUs; default 0', wholeNumber(0, 1023))
    .option('--layers', 'compare every inner tensor with the CPU and say where an error begins')
    .option(
      '--sweep',
      'try many mixtures, strengths and batches, and the largest picture that fits; takes minutes',
    )
    .option(
      '--time-limit <seconds>',
      'longest that one step may take in native code before it counts as hung; default 300',
      wholeNumber(1, 86_400),
    )
    .option(
      '--image <photo>',
      'natural photo to run on; default: a small one that comes with the tool',
    )
    .option(
      '--threads <number>',
      "threads inside one operator; default: onnxruntime's choice",
      wholeNumber(1, 1024),
    )
    .option(
      '--max-overhead <ratio>',
      "fail when the graft takes more than this times the host's time",
      ratio,
    )
    .option(
      '--max-memory <ratio>',
      "fail when the graft takes more than this times the host's memory",
      ratio,
    )
    .action(
      run<[string], Options>(async (session, path, options) => {
        const { base, device, deviceId, image, threads, maxOverhead, maxMemory } = options;
        const { layers = false, sweep = false, timeLimit } = options;
        const opened = openModel(path);
        const { sizeMultiple } = locateSkips(opened.model);
        opened.close();
        let current = { name: '', done: 0, total: 1 };
        const validation = await validateGraft({
          grafted: path,
          device,
          sizeMultiple,
          layers,
          sweep,
          signal: session.signal,
          ...(deviceId === undefined ? {} : { deviceId }),
          ...(timeLimit === undefined ? {} : { timeout: 1000 * timeLimit }),
          ...(base === undefined ? {} : { base }),
          ...(image === undefined ? {} : { photo: await readImage(image) }),
          ...(threads === undefined ? {} : { threads }),
          budget: {
            ...(maxOverhead === undefined ? {} : { overhead: maxOverhead }),
            ...(maxMemory === undefined ? {} : { memory: maxMemory }),
          },
          onStart: (name, done, total) => {
            current = { name, done, total };
            session.progress(name, done, total);
          },
          onStep: (done, total) =>
            session.progress(current.name, current.done + done / total, current.total),
        });
        return {
          json: validation,
          text: formatValidation(path, device, validation, session.columns),
          exit: exits[validation.status],
        };
      }),
    );
}

/** A limit that is no number says itself which way it goes. */
function limitOf(limit: number | string | null): string {
  return typeof limit === 'number' ? `≤ ${limit}` : (limit ?? '');
}

/** A validation as text: one line a check, then the verdict. */
function formatValidation(
  path: string,
  device: string,
  { status, checks }: Validation,
  columns: number | undefined,
): string {
  const number = (value: number | string | null): string =>
    typeof value === 'number' ? String(Number(value.toPrecision(3))) : (value ?? '');
  const rows = checks.map(({ name, status: state, measured, limit, detail }) => [
    marks[state],
    name,
    number(measured),
    limitOf(limit),
    detail,
  ]);
  const failed = checks.filter((check) => check.status === 'failed').length;
  const where = device === 'cpu' ? '' : ` on ${device}`;
  const verdict = {
    passed: `passed${where}`,
    failed: `failed${where}: ${failed} of ${checks.length} checks`,
    skipped: `skipped, nothing was proved: ${device} cannot be used here; graft doctor says why`,
  }[status];
  const checksTable = table([['', 'check', 'measured', 'limit', ''], ...rows], columns);
  return [checksTable, '', `${path}: ${verdict}`].join('\n');
}

function ratio(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number above 0.');
  return value;
}
