/** What one picture may ask of memory. */
export const imageLimits = {
  /**
   * Width times height. 200 megapixels are above any camera's single frame and
   * take 2.4 GB as float32 RGB; a larger claim is a decompression bomb.
   */
  pixels: 200_000_000,
} as const;
