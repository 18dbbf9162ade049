import { GraftError, Restorer } from '@pip-graft/restore';

/** One restorer for all requests, which queue. */
let opening;

export async function POST(request) {
  const image = (await request.formData()).get('image');
  if (!(image instanceof Blob)) return new Response('There is no image.', { status: 400 });
  opening ??= Restorer.open('@pip-graft/restorer');
  const restorer = await opening;
  try {
    // A client that goes away frees its place in the queue.
    const restored = await restorer.restore(image, { noise: 1 }, { signal: request.signal });
    return new Response(await restored.toBytes('png'), {
      headers: { 'content-type': 'image/png' },
    });
  } catch (error) {
    const isImage =
      error instanceof GraftError && /^(CORRUPT_FILE|LIMIT_EXCEEDED)$/.test(error.code);
    if (!isImage) throw error;
    return new Response(error.message, { status: 400 });
  }
}
