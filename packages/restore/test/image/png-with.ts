import { crc32, deflateSync } from 'node:zlib';

/** Returns a PNG with one more chunk after its header; an `iCCP` gets the profile compressed. */
export function pngWith(png: Uint8Array, name: string, data: Uint8Array): Buffer {
  const parts = name === 'iCCP' ? [Buffer.from('x\0\0'), deflateSync(data)] : [data];
  const body = Buffer.concat([Buffer.from(name, 'latin1'), ...parts]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  const head = 33;
  return Buffer.concat([png.subarray(0, head), length, body, sum, png.subarray(head)]);
}
