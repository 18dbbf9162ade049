import { loadSharp } from '@pip-graft/restore';
import type { PreviewPatch, PreviewRow } from './preview-rows.ts';

/** Pixels between patches, above a row for notes, and beside it for the label. */
const [gap, line, margin] = [4, 16, 104];

/**
 * A contact sheet as a PNG file: a row of pairs for each label, what the network is given above what
 * it should give, with notes.
 *
 * Errors: `DEVICE_UNAVAILABLE` where sharp does not load.
 */
export async function previewSheet(rows: readonly PreviewRow[], patch: number): Promise<Buffer> {
  const sharp = await loadSharp();
  const columns = Math.max(...rows.map(({ patches }) => patches.length));
  const width = margin + columns * (patch + gap) + gap;
  const rowHeight = line + 2 * (patch + gap) + gap;
  const height = rows.length * rowHeight;
  const raw = { width: patch, height: patch, channels: 3 } as const;
  const pieces = rows.flatMap(({ patches }, row) =>
    patches.flatMap(({ input, target }, column) =>
      [input, target].map((planes, below) => ({
        ...{ input: interleaved(planes), raw },
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
        // No wider than its patch.
        const size = Math.min(12, (1.8 * patch) / note.length);
        return label(note, margin + column * (patch + gap), top - 4, `font-size="${size}"`);
      }),
    ];
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">${text.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([...pieces, { input: Buffer.from(svg), left: 0, top: 0 }])
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

/** Planes as bytes, pixel by pixel. */
function interleaved(planes: Float32Array): Buffer {
  const size = planes.length / 3;
  return Buffer.from(
    Uint8Array.from(planes, (_, at) =>
      Math.round(255 * Math.min(1, Math.max(0, planes[(at % 3) * size + Math.floor(at / 3)]!))),
    ),
  );
}
