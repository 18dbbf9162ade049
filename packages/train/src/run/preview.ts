import { argument } from '@pip-graft/onnx-graft';
import { loadSharp } from '@pip-graft/restore';
import type { Batch, BatchOptions } from '../data/batch.ts';
import { type DegradeRanges, patchDegradations } from '../data/degrade/degradations.ts';
import { makeBatch } from '../data/make-batch.ts';
import { type DataRequest, trainingData } from './training-data.ts';

/** Options of {@link preview}. */
export interface PreviewRequest extends Omit<DataRequest, 'pairs'> {
  /** Labels to show; default: all that clean images can be degraded for. */
  readonly labels?: readonly string[] | undefined;
  /** Side of the patches. */
  readonly patch: number;
  readonly seed: number;
  /** Program that the sheet names in its metadata; default: none. */
  readonly software?: string | undefined;
}

/** Patches as training sees them. */
export interface Preview {
  /** Ranges used. */
  readonly degrade: Partial<DegradeRanges>;
  readonly rows: readonly PreviewRow[];
  /** A contact sheet, as a PNG file. */
  readonly sheet: Buffer;
}

/** Pairs per label, if all labels have the same share. */
const columns = 8;

/**
 * Shows patches as training sees them, degraded above clean, one row per label.
 *
 * Errors: those of `trainingData`; `DEVICE_UNAVAILABLE` if sharp does not load.
 *
 * @example const { sheet } = await preview({ data: 'images/', patch: 128, seed: 0 });
 */
export async function preview(request: PreviewRequest): Promise<Preview> {
  argument.requireMembers(request, 'preview', { patch: 'a number', seed: 'a number' });
  const { patch, seed, labels = Object.keys(patchDegradations), software } = request;
  const options = await trainingData(request, labels, {
    patch,
    seed,
    batch: columns * labels.length,
  });
  const rows = previewRows(options, await makeBatch(options, 0));
  const degrade = (options.degrade ?? {}) as Partial<DegradeRanges>;
  return { degrade, rows, sheet: await previewSheet(rows, patch, software) };
}

/** A patch of a batch. */
export interface PreviewPatch {
  /** (3,P,P), 0 to 1. */
  readonly input: Float32Array;
  readonly target: Float32Array;
  /** Note on its weights; empty for one label of weight 1. */
  readonly note: string;
  /** PSNR of the input against the target, in dB; null if they are equal. */
  readonly psnr: number | null;
}

/** The patches of one label, of two, or of none. */
export interface PreviewRow {
  readonly name: string;
  readonly patches: readonly PreviewPatch[];
}

/** Groups the patches of a batch: by label, in order, then those of two labels, and of none. */
export function previewRows({ labels, patch, batch }: BatchOptions, made: Batch): PreviewRow[] {
  const size = 3 * patch * patch;
  const rows = new Map<string, PreviewPatch[]>(
    [...labels, 'two labels', 'no weights'].map((name) => [name, []]),
  );
  for (let index = 0; index < batch; index++) {
    const input = made.inputs.subarray(index * size, (index + 1) * size);
    const target = made.targets.subarray(index * size, (index + 1) * size);
    const weights = labels.flatMap((label, at) => {
      const weight = made.weights[index * labels.length + at]!;
      return weight > 0 ? [{ label, weight }] : [];
    });
    const [first, second] = weights;
    const name = first === undefined ? 'no weights' : second ? 'two labels' : first.label;
    const psnr = psnrOf(input, target);
    const clean = psnr === null && first !== undefined ? ['clean'] : [];
    const parts = second
      ? [`${first!.label}+${second.label}`]
      : first && first.weight < 1
        ? [first.weight.toFixed(2)]
        : [];
    rows.get(name)!.push({ input, target, note: [...parts, ...clean].join(', '), psnr });
  }
  return [...rows].flatMap(([name, patches]) => (patches.length > 0 ? [{ name, patches }] : []));
}

function psnrOf(input: Float32Array, target: Float32Array): number | null {
  const squares = input.reduce((sum, value, at) => sum + (value - target[at]!) ** 2, 0);
  return squares === 0 ? null : -10 * Math.log10(squares / input.length);
}

/** Pixels between patches, above a row for notes, and beside a row for the label. */
const [gap, line, margin] = [4, 16, 104];

/**
 * Makes a contact sheet as a PNG file: one row of pairs per label, inputs above targets, with
 * notes.
 *
 * Errors: `DEVICE_UNAVAILABLE` if sharp does not load.
 */
export async function previewSheet(
  rows: readonly PreviewRow[],
  patch: number,
  software?: string,
): Promise<Buffer> {
  const sharp = await loadSharp();
  const columns = Math.max(...rows.map(({ patches }) => patches.length));
  const width = margin + columns * (patch + gap) + gap;
  const rowHeight = line + 2 * (patch + gap) + gap;
  const height = rows.length * rowHeight;
  const raw = { width: patch, height: patch, channels: 3 } as const;
  const pieces = rows.flatMap(({ patches }, row) =>
    patches.flatMap(({ input, target }, column) =>
      [input, target].map((planes, below) => ({
        input: interleaved(planes),
        raw,
        left: margin + column * (patch + gap),
        top: row * rowHeight + line + below * (patch + gap),
      })),
    ),
  );
  const text = rows.flatMap(({ name, patches }, row) => {
    const top = row * rowHeight + line;
    return [
      label(name, 6, top + 14, 'font-weight="bold"'),
      label('input', 6, top + 32),
      label('target', 6, top + patch + gap + 14),
      ...patches.map((each, column) => {
        const note = noteOf(each);
        // Not wider than its patch.
        const size = Math.min(12, (1.8 * patch) / note.length);
        return label(note, margin + column * (patch + gap), top - 4, `font-size="${size}"`);
      }),
    ];
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">${text.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([...pieces, { input: Buffer.from(svg), left: 0, top: 0 }])
    .withExif({ IFD0: software === undefined ? {} : { Software: software } })
    .png()
    .toBuffer();
}

function noteOf({ note, psnr }: PreviewPatch): string {
  return [psnr === null ? '' : `${psnr.toFixed(1)} dB`, note].filter(Boolean).join(', ');
}

function label(text: string, x: number, y: number, more = ''): string {
  const safe = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" ${more}>${safe}</text>`;
}

/** Interleaves planes as bytes, pixel by pixel. */
function interleaved(planes: Float32Array): Buffer {
  const size = planes.length / 3;
  return Buffer.from(
    Uint8Array.from(planes, (_, at) =>
      Math.round(255 * Math.min(1, Math.max(0, planes[(at % 3) * size + Math.floor(at / 3)]!))),
    ),
  );
}
