/**
 * Whether a file is an animation, of which the browser decodes only the first frame; false if this
 * browser cannot tell.
 */
export async function isAnimated(file: Blob): Promise<boolean> {
  if (!('ImageDecoder' in globalThis)) return false;
  let decoder: ImageDecoder | undefined;
  try {
    decoder = new ImageDecoder({ data: await file.arrayBuffer(), type: file.type });
    await decoder.tracks.ready;
    return decoder.tracks.selectedTrack?.animated === true;
  } catch {
    // Of a type that it does not decode, or damaged.
    return false;
  } finally {
    decoder?.close();
  }
}
