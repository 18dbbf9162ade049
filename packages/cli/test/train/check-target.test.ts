import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTarget, type Targets } from '../../src/train/check-target.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'check-target-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const targets = (given: Partial<Targets> = {}): Targets => ({
  folder: { path: join(home, 'a'), kind: 'an adapter' },
  files: [join(home, 'a.log.csv'), undefined],
  state: join(home, 'a.state.safetensors'),
  inputs: [join(home, 'host.onnx')],
  resume: undefined,
  force: undefined,
  ...given,
});
const put = (name: string) => {
  mkdirSync(join(home, name, '..'), { recursive: true });
  writeFileSync(join(home, name), '');
};

describe('checkTarget', () => {
  it('accepts a new, an empty and a missing place, and leaves nothing there', async () => {
    await checkTarget(targets());
    mkdirSync(join(home, 'a'));
    await checkTarget(targets());
    const far = join(home, 'x/y/a');
    await checkTarget(
      targets({ folder: { path: far, kind: 'an adapter' }, state: `${far}.state` }),
    );
    expect(readdirSync(home)).toEqual(['a']);
  });

  it.each<[string, string[], Partial<Targets>, RegExp]>([
    ['an adapter', ['a/adapter_config.json'], {}, /an adapter is there/],
    ['a foreign folder', ['a/thesis.txt'], { force: true }, /holds files and is not an adapter/],
    ['a file in place of the folder', ['a'], { force: true }, /it is a file/],
    ['a folder in place of a file', ['a.log.csv/x'], {}, /a\.log\.csv: it is a folder/],
    ['an earlier state', ['a.state.safetensors'], {}, /--resume continues from it, --force/],
  ])('rejects %s', async (_, files, given, message) => {
    for (const file of files) put(file);
    await expect(checkTarget(targets(given))).rejects.toThrow(message);
    await expect(checkTarget(targets(given))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });

  it('ignores what a killed run left', async () => {
    put('a/.adapter_model.safetensors.4711.tmp');
    await checkTarget(targets());
    // From another machine: its half-placed files may be overwritten, but are not finished here.
    put('a/README.md');
    put('a/.adapter_config.json.12-0-00000000-0123456789ab.new');
    await checkTarget(targets());
    expect(readdirSync(join(home, 'a'))).toHaveLength(2);
  });

  it('accepts an existing adapter and state with --resume or --force', async () => {
    put('a/adapter_config.json');
    put('a.state.safetensors');
    await checkTarget(targets({ resume: true }));
    await checkTarget(targets({ force: true }));
  });

  it('takes --resume for leave to replace results only where a state is', async () => {
    put('a/adapter_config.json');
    await expect(checkTarget(targets({ resume: true }))).rejects.toThrow(/an adapter is there/);
    const models = [undefined, join(home, 'host-2.onnx')];
    const alone = targets({ folder: undefined, models });
    await checkTarget(alone);
    put('host-2.onnx');
    for (const resume of [undefined, true])
      await expect(checkTarget({ ...alone, resume })).rejects.toThrow(
        /host-2\.onnx: a file that this run did not write is there; choose another name, or --force/,
      );
    await checkTarget({ ...alone, force: true });
    put('a.state.safetensors');
    await checkTarget({ ...alone, resume: true });
  });

  it('rejects a file over an input, two files in one place, and a file as a folder', async () => {
    const with_ = (file: string) => checkTarget(targets({ files: [join(home, file)] }));
    await expect(with_('host.onnx')).rejects.toThrow(
      /host\.onnx: the result would replace the input/,
    );
    await expect(with_('x/../a.state.safetensors')).rejects.toThrow(
      /two results would go to the same place/,
    );
    await expect(with_('a')).rejects.toThrow(/two results/);
    put('b');
    await expect(with_('b/page.html')).rejects.toThrow(/page\.html: .*'.*b' is a file/);
  });
});
