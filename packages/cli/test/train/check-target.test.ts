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
  ...{ resume: undefined, force: undefined },
  ...given,
});
const put = (name: string) => {
  mkdirSync(join(home, name, '..'), { recursive: true });
  writeFileSync(join(home, name), '');
};

describe('checkTarget', () => {
  it('lets a new, an empty and a missing place pass, and leaves nothing there', () => {
    checkTarget(targets());
    mkdirSync(join(home, 'a'));
    checkTarget(targets());
    const far = join(home, 'x/y/a');
    checkTarget(targets({ folder: { path: far, kind: 'an adapter' }, state: `${far}.state` }));
    expect(readdirSync(home)).toEqual(['a']);
  });

  it.each<[string, string[], Partial<Targets>, RegExp]>([
    ['an adapter', ['a/adapter_config.json'], {}, /an adapter is there/],
    ['a foreign folder', ['a/thesis.txt'], { force: true }, /holds files and is not an adapter/],
    ['a file in place of the folder', ['a'], { force: true }, /it is a file/],
    ['a folder in place of a file', ['a.log.csv/x'], {}, /a\.log\.csv: it is not a file/],
    ['an earlier state', ['a.state.safetensors'], {}, /--resume goes on from it, --force/],
  ])('refuses %s', (_, files, given, message) => {
    for (const file of files) put(file);
    expect(() => checkTarget(targets(given))).toThrow(message);
    expect(() => checkTarget(targets(given))).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
  });

  it('takes an adapter and a state that are there, when asked to go on or to replace', () => {
    put('a/adapter_config.json');
    put('a.state.safetensors');
    checkTarget(targets({ resume: true }));
    checkTarget(targets({ force: true }));
  });

  it('refuses a file over an input, two in one place, and a file as a folder', () => {
    const with_ = (file: string) => () => checkTarget(targets({ files: [join(home, file)] }));
    expect(with_('host.onnx')).toThrow(/host\.onnx: the result would replace the input/);
    expect(with_('x/../a.state.safetensors')).toThrow(/two results would go into one place/);
    expect(with_('a')).toThrow(/two results/);
    put('b');
    expect(with_('b/page.html')).toThrow(/page\.html: could not be written/);
  });
});
