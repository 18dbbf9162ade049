/** x and y of a colour. */
export type Chromaticity = readonly [x: number, y: number];

/** How a file says what its numbers mean: the three primaries, white, and how codes become light. */
export interface ColourSpace {
  /** Undefined for grey. */
  readonly primaries?: readonly [red: Chromaticity, green: Chromaticity, blue: Chromaticity];
  readonly white: Chromaticity;
  /** Light is the code to this power, or as in sRGB. */
  readonly gamma: number | 'srgb';
}

type Matrix = readonly (readonly [number, number, number])[];
type Vector = readonly [number, number, number];

/** White of ICC's connection space. */
const d50: Vector = [0.9642, 1, 0.8249];
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** Builds an ICC profile of a colour space, so that a decoder converts from it. ICC.1:2010. */
export function colourProfile({ primaries, white, gamma }: ColourSpace): Buffer {
  const curve = curveTag(gamma);
  const tags: [string, Buffer][] = [
    ['desc', textTag('from the file')],
    ['cprt', textTag('none')],
    ['wtpt', xyzTag(d50)],
  ];
  if (primaries === undefined) tags.push(['kTRC', curve]);
  else {
    for (const [at, column] of columnsOf(primaries, white).entries())
      tags.push([`${'rgb'[at]}XYZ`, xyzTag(column)], [`${'rgb'[at]}TRC`, curve]);
  }
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length, 0);
  let end = 128 + table.length;
  for (const [at, [name, data]] of tags.entries()) {
    table.write(name, 4 + 12 * at, 'latin1');
    table.writeUInt32BE(end, 8 + 12 * at);
    table.writeUInt32BE(data.length, 12 + 12 * at);
    end += data.length;
  }
  const head = Buffer.alloc(128);
  head.writeUInt32BE(end, 0);
  head.writeUInt32BE(0x04_20_00_00, 8);
  head.write(`mntr${primaries === undefined ? 'GRAY' : 'RGB '}XYZ `, 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  xyzTag(d50).copy(head, 68, 8);
  return Buffer.concat([head, table, ...tags.map(([, data]) => data)]);
}

/** XYZ of red, green and blue at full strength, adapted to {@link d50}. */
function columnsOf(primaries: NonNullable<ColourSpace['primaries']>, white: Chromaticity) {
  const columns = primaries.map(xyzOf) as unknown as readonly [Vector, Vector, Vector];
  const whole = xyzOf(white);
  const amounts = times(inverse(transposed(columns)), whole);
  const [from, to] = [times(bradford, whole), times(bradford, d50)];
  return columns.map((column, at) => {
    const seen = times(bradford, column.map((value) => value * amounts[at]!) as unknown as Vector);
    const adapted = seen.map((value, cone) => (value * to[cone]!) / from[cone]!);
    return times(inverse(bradford), adapted as unknown as Vector);
  });
}

function xyzOf([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

function times(matrix: Matrix, [x, y, z]: Vector): Vector {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Vector;
}

function transposed(matrix: Matrix): Matrix {
  return [0, 1, 2].map((at) => matrix.map((row) => row[at]!) as unknown as Vector);
}

function inverse(matrix: Matrix): Matrix {
  const [[a, b, c], [d, e, f], [g, h, i]] = matrix as readonly [Vector, Vector, Vector];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const adjugate: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return adjugate.map((row) => row.map((value) => value / determinant) as unknown as Vector);
}

/** Numbers as ICC stores them: in steps of 1/65536. */
function fixed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries())
    bytes.writeInt32BE(Math.round(value * 65_536), 4 * at);
  return bytes;
}

function tag(type: string, data: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), Buffer.alloc(4), data, padding]);
}

function xyzTag(values: readonly number[]): Buffer {
  return tag('XYZ ', fixed(values));
}

/** A parametric curve: of type 0, a power, or of type 3, a power with a straight part near black. */
function curveTag(gamma: ColourSpace['gamma']): Buffer {
  const [type, values] =
    gamma === 'srgb' ? [3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45]] : [0, [gamma]];
  return tag('para', Buffer.concat([Buffer.from([0, type, 0, 0]), fixed(values)]));
}

function textTag(text: string): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(1, 0);
  head.writeUInt32BE(12, 4);
  head.write('enUS', 8, 'latin1');
  head.writeUInt32BE(2 * text.length, 12);
  head.writeUInt32BE(28, 16);
  return tag('mluc', Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]));
}
