import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initAdapter } from '@pip-graft/pip-core';
import {
  listAdapters,
  packAdapter,
  readAdapter,
  resolveAdapter,
  writeAdapter,
} from '@pip-graft/pip-core/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const host = { family: 'unet', sites: [{ level: 1, channels: 8, scale: 1 }], fingerprint: 'f' };
const adapter = initAdapter(host, { promptChannels: [8], promptSize: [3], name: '@me/rain' });
const files = [
  'README.md',
  'adapter_config.d.mts',
  'adapter_config.json',
  'adapter_model.safetensors',
  'package.json',
];

let root: string;
let folder: string;
let packed: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pip-core-'));
  folder = join(root, 'adapter');
  packed = join(root, 'node_modules', '@me', 'rain');
  await writeAdapter(folder, adapter);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (path: string, name: string) => readFileSync(join(path, name), 'utf8');
const manifestOf = (path: string) =>
  JSON.parse(text(path, 'package.json')) as Record<string, unknown>;
const edit = (path: string, change: (manifest: Record<string, unknown>) => void) => {
  const manifest = manifestOf(path);
  change(manifest);
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
};
/** Without the packages installed beside the library, which are found from everywhere. */
const here = (cwd: string) => listAdapters(cwd).filter((one) => one.folder.startsWith(root));
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('packAdapter', () => {
  it('writes only data, which reads back as the same adapter', async () => {
    const made = await packAdapter(folder, packed, { license: 'MIT', version: '1.2.0' });
    expect(readdirSync(packed).sort()).toEqual(files);
    expect(manifestOf(packed)).toMatchObject({
      name: '@me/rain',
      version: '1.2.0',
      license: 'MIT',
      keywords: expect.arrayContaining(['pip-graft']),
      files: ['adapter_config.json', 'adapter_config.d.mts', 'adapter_model.safetensors'],
      pipGraft: { digest: made.adapter.digest },
    });
    for (const key of ['scripts', 'bin', 'main', 'dependencies'])
      expect(manifestOf(packed)).not.toHaveProperty(key);
    const read = readAdapter(packed);
    expect(read).toEqual(made.adapter);
    expect(read.tensors).toEqual(adapter.tensors);
    expect(made.files.find(({ name }) => name === 'README.md')?.bytes).toBe(
      readFileSync(join(packed, 'README.md')).length,
    );
  });

  it('packs an adapter that is larger than what is read at once', async () => {
    const large = initAdapter(host, { promptChannels: [72], promptSize: [64], name: '@me/rain' });
    await writeAdapter(folder, large);
    const made = await packAdapter(folder, packed);
    expect(
      made.files.find(({ name }) => name === 'adapter_model.safetensors')?.bytes,
    ).toBeGreaterThan(2 ** 20);
    expect(readAdapter(packed).digest).toBe(made.adapter.digest);
    expect(here(root)).toMatchObject([{ spec: '@me/rain', summary: { name: '@me/rain' } }]);
  });

  it("gives the card the hubs' front matter, for any text", async () => {
    const baseName = 'me/"base": [1] # x';
    await packAdapter(folder, packed, { baseName, license: 'CC-BY-4.0' });
    const [, matter = ''] = text(packed, 'README.md').split('---\n');
    expect(parse(matter)).toMatchObject({
      library_name: 'pip-graft',
      pipeline_tag: 'image-to-image',
      base_model: baseName,
      base_model_relation: 'adapter',
      license: 'cc-by-4.0',
      tags: expect.arrayContaining(['untrained', 'low-light']),
    });
    expect(readAdapter(packed).base.name).toBe(baseName);
  });

  it('packs a folder in place, twice the same, and keeps what its owner wrote', async () => {
    const repository = { type: 'git', url: 'https://example.com/rain.git' };
    edit(folder, (manifest) => Object.assign(manifest, { repository }));
    await packAdapter(folder, folder, { name: 'rain', license: 'MIT' });
    appendFileSync(join(folder, 'README.md'), '\n## Notes\n\nMine.\n');
    const first = files.map((name) => text(folder, name));
    await packAdapter(folder, folder);
    expect(files.map((name) => text(folder, name))).toEqual(first);
    expect(manifestOf(folder)).toMatchObject({ repository, license: 'MIT' });
    expect(text(folder, 'README.md')).toContain('Mine.');
  });

  it('stores float16 in half the bytes, but not over the only copy', async () => {
    await expect(packAdapter(folder, folder, { dtype: 'float16' })).rejects.toEqual(
      refusal(
        'INVALID_ARGUMENT',
        /adapter: storing float32 as float16 loses digits.*; choose another folder \(-o\)\.$/,
      ),
    );
    const size = ({ files: all }: Awaited<ReturnType<typeof packAdapter>>) =>
      all.find(({ name }) => name.endsWith('.safetensors'))!.bytes;
    const whole = size(await packAdapter(folder, packed));
    const half = size(await packAdapter(folder, join(root, 'half'), { dtype: 'float16' }));
    expect(half).toBeLessThan(whole * 0.6);
    expect(readAdapter(join(root, 'half')).config.dtype).toBe('float16');
  });

  it('names the folder and the option for an invalid version', async () => {
    await expect(packAdapter(folder, packed, { version: '1.0' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `${folder}: version '1.0' is not a version as npm has them, such as 1.0.0; set another (--set-version).`,
    });
    await expect(packAdapter(folder, packed, { license: 'a\nb' })).rejects.toMatchObject({
      message: `${folder}: license "a\\nb" is not a line of 1 to 214 characters.`,
    });
  });

  it('names a tensor that float16 cannot hold', async () => {
    const tensors = new Map(adapter.tensors);
    const gate = tensors.get('level1.gate')!;
    tensors.set('level1.gate', { ...gate, data: gate.data.map(() => 1e6) });
    await writeAdapter(folder, { ...adapter, tensors });
    await expect(packAdapter(folder, packed, { dtype: 'float16' })).rejects.toEqual(
      refusal(
        'INVALID_ARGUMENT',
        /^tensor 'level1\.gate': 1000000 does not fit float16; store it in float32\.$/,
      ),
    );
    expect(() => readdirSync(packed)).toThrow('ENOENT');
  });

  it('publishes a NOTICE, which npm omits unless it is listed', async () => {
    writeFileSync(join(folder, 'NOTICE'), 'Photos by others.\n');
    writeFileSync(join(folder, 'LICENSE'), 'MIT\n');
    await packAdapter(folder, packed, { license: 'MIT', version: '1.2.0' });
    expect(manifestOf(packed)['files']).toEqual([
      'adapter_config.json',
      'adapter_config.d.mts',
      'adapter_model.safetensors',
      'NOTICE',
    ]);
    expect(text(packed, 'NOTICE')).toBe('Photos by others.\n');
    expect(readAdapter(packed).name).toBe('@me/rain');
  });

  it('includes a licence and rejects other files', async () => {
    writeFileSync(join(folder, 'LICENSE'), 'Do what you like.');
    await packAdapter(folder, packed);
    expect(text(packed, 'LICENSE')).toBe('Do what you like.');
    writeFileSync(join(folder, 'index.js'), '');
    await expect(packAdapter(folder, packed)).rejects.toEqual(
      refusal('UNSAFE_FILE', /also holds "index\.js"/),
    );
  });

  it.each([
    ['../evil', /no name for a package/],
    ['@me/../evil', /no name for a package/],
    ['My Adapter', /no name for a package/],
    ['node_modules', /no name for a package/],
    ['', /no name for a package/],
  ])('rejects the name %j', async (name, message) => {
    await expect(packAdapter(folder, packed, { name })).rejects.toEqual(
      refusal('INVALID_ARGUMENT', message),
    );
  });

  it.each([{ version: '1.0' }, { version: 'v1.0.0' }, { license: 'MIT\nx' }, { baseName: '' }])(
    'rejects %j',
    async (options) => {
      await expect(packAdapter(folder, packed, options)).rejects.toEqual(
        refusal('INVALID_ARGUMENT', /./),
      );
    },
  );
});

describe('a package', () => {
  beforeEach(async () => {
    await packAdapter(folder, packed, { license: 'MIT' });
  });
  const find = () => resolveAdapter('@me/rain', root);

  it('is found from folders below, and through links as in pnpm and workspaces', () => {
    const below = join(root, 'deep', 'er');
    mkdirSync(below, { recursive: true });
    expect(resolveAdapter('@me/rain', below)).toMatchObject({ kind: 'adapter', folder: packed });
    const store = join(root, 'store', 'rain@0.0.0');
    cpSync(packed, store, { recursive: true });
    rmSync(packed, { recursive: true });
    symlinkSync(store, packed);
    expect(resolveAdapter('@me/rain', below)).toMatchObject({ adapter: { name: '@me/rain' } });
  });

  it('is the nearest of several', async () => {
    const inner = join(root, 'app');
    await packAdapter(folder, join(inner, 'node_modules', '@me', 'rain'), { version: '2.0.0' });
    expect(resolveAdapter('@me/rain', inner)).toMatchObject({ adapter: { version: '2.0.0' } });
    expect(find()).toMatchObject({ adapter: { version: '0.0.0' } });
    expect(here(inner).map(({ summary }) => summary?.version)).toEqual(['2.0.0']);
  });

  it.each(['index.js', 'binding.gyp', '.hidden.js', 'node_modules', 'adapter_model.bin'])(
    'is rejected with %s in it',
    (name) => {
      writeFileSync(join(packed, name), '');
      expect(find).toThrow(refusal('UNSAFE_FILE', new RegExp(`also holds "${name}"`)));
      // By path as well, since its package.json says that it is a package.
      expect(() => readAdapter(packed)).toThrow(refusal('UNSAFE_FILE', /also holds/));
    },
  );

  it.each([
    ['scripts', { postinstall: 'node evil.js' }, /'scripts' \(postinstall\)/],
    ['dependencies', { 'left-pad': '1' }, /'dependencies' \(left-pad\)/],
    ['bin', './evil.js', /'bin' \(\.\/evil\.js\)/],
    ['gypfile', true, /'gypfile' \(true\)/],
    ['directories', { bin: './tools' }, /'directories\.bin' \(\.\/tools\)/],
  ])('is rejected with %s', (key, value, message) => {
    edit(packed, (manifest) => Object.assign(manifest, { [key]: value }));
    expect(find).toThrow(refusal('UNSAFE_FILE', message));
  });

  it('is rejected if its digests do not match its files', () => {
    edit(packed, (manifest) => {
      (manifest['pipGraft'] as { digest: string }).digest = 'sha256:0';
    });
    expect(find).toThrow(refusal('CORRUPT_FILE', /its adapter.*says sha256:0/));
    edit(packed, (manifest) => {
      manifest['pipGraft'] = { digest: 'sha256:0', files: {} };
    });
    expect(find).toThrow(refusal('ADAPTER_INVALID', /no digest of adapter_config\.json/));
  });

  it.each(['adapter_config.json', 'adapter_model.safetensors'])(
    'is rejected if %s was changed; packing it again accepts the change',
    async (name) => {
      const path = join(packed, name);
      const bytes = readFileSync(path);
      if (name.endsWith('.json'))
        writeFileSync(path, bytes.toString().replace('"license": "MIT"', '"license": "ISC"'));
      else {
        bytes[bytes.length - 3]! ^= 1;
        writeFileSync(path, bytes);
      }
      expect(find).toThrow(refusal('CORRUPT_FILE', new RegExp(name)));
      await packAdapter(packed, packed);
      expect(find()).toMatchObject({ kind: 'adapter' });
    },
  );

  it('of a newer format says so, whatever its digests', () => {
    const path = join(packed, 'adapter_config.json');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"format_version": 1', '"format_version": 2'),
    );
    expect(find).toThrow(refusal('ADAPTER_INVALID', /format version 2.*reads 1; update/));
  });

  it('is rejected if the name in its package.json leads elsewhere', () => {
    edit(packed, (manifest) => Object.assign(manifest, { name: '../../evil' }));
    expect(find).toThrow(refusal('ADAPTER_INVALID', /"\.\.\/\.\.\/evil" is no name/));
  });

  it.each(['@me/../../adapter', 'x/../adapter', '@me\\..\\x'])(
    'is not looked up under the name %j',
    (spec) => {
      expect(() => resolveAdapter(spec, root)).toThrow(refusal('INVALID_ARGUMENT', /no '\.\.'/));
    },
  );
});

describe('listAdapters', () => {
  it('lists usable packages, and unusable ones with the reason', async () => {
    const home = join(root, 'node_modules');
    await packAdapter(folder, packed);
    await packAdapter(folder, join(home, 'broken'), { name: 'broken' });
    writeFileSync(join(home, 'broken', 'index.js'), '');
    mkdirSync(join(home, 'left-pad'));
    mkdirSync(join(home, '.bin'));
    const found = here(join(root, 'adapter'));
    expect(found.map(({ spec }) => spec)).toEqual(['@me/rain', 'broken']);
    expect(found[0]).toMatchObject({
      folder: packed,
      summary: { name: '@me/rain', base: { fingerprint: 'f' } },
    });
    expect(found[1]!.error).toEqual(refusal('UNSAFE_FILE', /index\.js/));
  });

  it('finishes a killed write, as the other readers do', async () => {
    await packAdapter(folder, packed);
    const [config] = files.filter((name) => name.endsWith('.json'));
    // No system has a process with this id.
    renameSync(join(packed, config!), join(packed, `.${config}.4194305.new`));
    expect(here(root)).toMatchObject([{ spec: '@me/rain', summary: { name: '@me/rain' } }]);
    expect(readdirSync(packed).sort()).toEqual(files);
  });

  it('finds none if there is none', () => {
    expect(here(root)).toEqual([]);
  });
});
