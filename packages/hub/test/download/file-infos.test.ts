import { parseHubName } from '@pip-graft/hub';
import { expect, it } from 'vitest';
import { fileInfos } from '../../src/download/file-infos.ts';
import { hubSettings } from '../../src/settings.ts';

const name = parseHubName('hf:me/many');
const settings = hubSettings({ HF_ENDPOINT: 'http://hub.test', HF_HUB_CACHE: '/nowhere' });
const digest = 'a'.repeat(40);
/** A hub that has every file that it is asked for, and some more. */
const hub =
  (more: readonly string[] = []): typeof fetch =>
  async (_, init) => {
    const { paths } = JSON.parse(String(init?.body)) as { paths: string[] };
    const file = (path: string) => ({ type: 'file', path, size: 1, oid: digest });
    return Response.json([...paths, ...more].map(file));
  };

it('lists twenty thousand files in their order, in a moment', async () => {
  const paths = Array.from({ length: 20_000 }, (_, index) => `data/${100_000 + index}.bin`);
  const start = process.cpuUsage();
  const files = await fileInfos(name, 'main', paths, settings, hub());
  expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  expect(files.map(({ path }) => path)).toEqual(paths);
  expect(files[0]).toEqual({ path: paths[0], size: 1, algorithm: 'git-sha1', digest });
});

it('rejects a file that was not asked for', async () => {
  await expect(fileInfos(name, 'main', ['a'], settings, hub(['b']))).rejects.toMatchObject({
    code: 'UNSAFE_FILE',
    message: expect.stringContaining("a file 'b' that was not asked for"),
  });
});
