import { Restorer } from '@pip-graft/restore';

/** One restorer for all requests, which queue. */
let opening;

export async function POST(request) {
  const image = (await request.formData()).get('image');
  opening ??= Restorer.open('@pip-graft/restorer');
  try {
    const restorer = await opening;
    const restored = await restorer.restore(new Uint8Array(await image.arrayBuffer()), {
      noise: 1,
    });
    return new Response(await restored.toBytes('png'), {
      headers: { 'content-type': 'image/png' },
    });
  } catch (error) {
    return new Response(error.message, { status: 400 });
  }
}
