import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

const { onnx } = onnxProto;
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (name: string) => readFileSync(join(folder, name));
const build = ['--dim', '8', '--blocks', '1,1', '--middle', '1', '--decoder', '1,1'];

beforeAll(() => {
  json(folder, 'backbone', 'build', 'nafnet', ...build, '-o', 'host.onnx');
  json(folder, 'backbone', 'build', 'nafnet', ...build, '--seed', '9', '-o', 'other.onnx');
  for (const [name, labels, seed] of [
    ['weather', 'rain+haze', '1'],
    ['grain', 'noise', '2'],
    ['dusk', 'dusk+rain', '3'],
  ] as const) {
    json(folder, 'adapter', 'init', 'host.onnx', '--labels', labels, '--seed', seed, '-o', name);
  }
  json(folder, 'adapter', 'init', 'other.onnx', '--labels', 'fog', '-o', 'stranger');
});

describe('several --adapter', () => {
  it('give the same bytes in any order', () => {
    const both = (a: string, b: string, to: string) =>
      json(folder, 'apply', 'host.onnx', '--adapter', a, '--adapter', b, '-o', to);
    expect(both('./weather', './grain', 'ab.onnx')).toMatchObject({
      plan: {
        labels: ['noise', 'rain', 'haze'],
        adapters: [{ name: 'grain' }, { name: 'weather' }],
      },
    });
    both('./grain', './weather', 'ba.onnx');
    expect(bytes('ab.onnx').equals(bytes('ba.onnx'))).toBe(true);
    const { stdout } = graft(folder, 'inspect', 'ab.onnx');
    expect(stdout).toContain(
      "adapter 'grain', convgate, residual, labels noise; UNTRAINED adapter 'weather'",
    );
  });

  it.each([
    ['a label that two have', './dusk', /label 'rain' is in adapters 'dusk' and 'weather'/],
    ['an adapter twice', './weather', /the same adapter twice/],
  ])('rejects %s', (_, second, message) => {
    const ended = graft(folder, 'plan', 'host.onnx', '--adapter', './weather', '--adapter', second);
    expect(ended).toMatchObject({ status: 4, stderr: expect.stringMatching(message) });
  });

  it('says what to do with a file that already carries a graft', () => {
    const ended = graft(folder, 'apply', 'ab.onnx', '--adapter', './grain', '-o', 'no.onnx');
    expect(ended.stderr).toMatch(/graft swap.*all adapters at once/);
  });

  it('pass validation', () => {
    const ended = graft(folder, 'validate', 'ab.onnx', '--base', 'host.onnx', '--json');
    expect(JSON.parse(ended.stdout)).toBeTypeOf('object');
    expect({ ...ended, stdout: '' }).toMatchObject({ status: 0 });
  });
});

describe('graft swap', () => {
  const apply = (name: string, ...rest: string[]) =>
    json(folder, 'apply', 'host.onnx', '--adapter', './weather', ...rest, '-o', name);
  const swap = (...args: string[]) => graft(folder, 'swap', ...args);

  it('in place: matches a direct apply and reports which adapters left and came', () => {
    apply('one.onnx');
    const { status, stdout } = swap('one.onnx', '--adapter', './grain');
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /^one\.onnx: UNTRAINED adapter 'grain' at .*\nout: UNTRAINED adapter 'weather', labels rain, haze/,
      ),
    });
    json(folder, 'apply', 'host.onnx', '--adapter', './grain', '-o', 'grain.onnx');
    expect(bytes('one.onnx').equals(bytes('grain.onnx'))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('one.onnx'))).toEqual(['one.onnx']);
  });

  it('replaces one adapter by several, into another file', () => {
    apply('two.onnx');
    const before = bytes('two.onnx');
    swap('two.onnx', '--adapter', './grain', '--adapter', './weather', '-o', 'more.onnx');
    expect(bytes('two.onnx').equals(before)).toBe(true);
    expect(bytes('more.onnx').equals(bytes('ab.onnx'))).toBe(true);
  });

  it('leaves the file alone if it already carries the same adapters', () => {
    apply('same.onnx');
    const before = bytes('same.onnx');
    const { status, stdout } = swap('same.onnx', '--adapter', './weather');
    expect(status).toBe(0);
    expect(stdout).toContain("it carries UNTRAINED adapter 'weather' already; nothing was changed");
    expect(bytes('same.onnx').equals(before)).toBe(true);
    const other = json(
      folder,
      'swap',
      'same.onnx',
      '--adapter',
      './weather',
      '--inputs',
      'optional',
    );
    expect(other).toMatchObject({ changed: true, plan: { inputKind: 'optional' } });
  });

  it('keeps optional inputs and a baked degradation', () => {
    apply('optional.onnx', '--inputs', 'optional');
    expect(json(folder, 'swap', 'optional.onnx', '--adapter', './grain')).toMatchObject({
      plan: { inputKind: 'optional' },
    });
    apply('baked.onnx', '--bake', 'rain=0.5');
    expect(json(folder, 'swap', 'baked.onnx', '--adapter', './dusk')).toMatchObject({
      plan: { inputs: null, labels: ['dusk', 'rain'], baked: { weights: [0, 0.5], strength: 1 } },
    });
  });

  it.each([
    ['a file without a graft', 'host.onnx', './grain', 3, /it has no graft/],
    ['an adapter of another host', 'kept.onnx', './stranger', 4, /was made for another/],
    ['adapters without the label that is fixed', 'fixed.onnx', './grain', 2, /'rain'.*noise/],
    ['a file that was changed since', 'changed.onnx', './grain', 1, /something changed the file/],
    ['an adapter that is not there', 'kept.onnx', './nobody', 7, /nobody/],
  ])('rejects %s and leaves the file unchanged', (_, file, adapter, status, message) => {
    apply('kept.onnx');
    apply('fixed.onnx', '--bake', 'rain');
    const changed = onnx.ModelProto.decode(bytes('kept.onnx'));
    changed.graph!.node!.find(({ name }) => !name?.startsWith('pip/'))!.name = 'renamed';
    writeFileSync(join(folder, 'changed.onnx'), onnx.ModelProto.encode(changed).finish());
    const before = bytes(file);
    const ended = swap(file, '--adapter', adapter);
    expect({ ...ended }).toMatchObject({ stderr: expect.stringMatching(message), status });
    expect(bytes(file).equals(before)).toBe(true);
  });
});
