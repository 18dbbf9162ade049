/** A PNG's signature and its IHDR chunk, which is always first and 13 bytes long. */
const head = 8 + 12 + 13;

/** Length 1, "sRGB", rendering intent 0 (perceptual), and the checksum of these. PNG specification, 11.3.2.5. */
const chunk = [0, 0, 0, 1, 0x73, 0x52, 0x47, 0x42, 0, 0xae, 0xce, 0x1c, 0xe9];

/**
 * A PNG that says that its colours are sRGB: with an `sRGB` chunk behind its header.
 *
 * For 16 bits a channel: sharp takes such pixels for Display P3 when it is asked to attach a
 * profile, and changes them (measured, 0.35.5).
 */
export function tagPng(png: Uint8Array): Uint8Array {
  return Buffer.concat([png.subarray(0, head), Uint8Array.from(chunk), png.subarray(head)]);
}
