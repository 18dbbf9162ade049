import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesSource,
  checkModel,
  diffModels,
  extendGraph,
  externalLocations,
  readModel,
} from '@pip-graft/onnx-graft';
import { openModel, saveModel } from '@pip-graft/onnx-graft/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inlineExternal, relocateExternal } from '../../src/edit/external-data.ts';
import { tensorsOf } from '../../src/model/tensors.ts';
import { everyTensor, places } from './every-tensor.ts';

let folder = '';
let path = '';
const files = places.map((place) => `${place}.bin`);
/** Four bytes that do not belong to the tensor, then two elements of at most eight bytes. */
const dataOf = (place: string): Buffer => Buffer.alloc(20, places.indexOf(place) + 1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
  mkdirSync(join(folder, 'host'));
  path = join(folder, 'host/net.onnx');
  writeFileSync(path, everyTensor());
  for (const place of places) writeFileSync(join(folder, `host/${place}.bin`), dataOf(place));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('external data', () => {
  it('is found in every field that can hold it, with its place', () => {
    const model = readModel(bytesSource(everyTensor()));
    expect([...externalLocations(model)].sort()).toEqual([...files].sort());
    const said = tensorsOf(model).map(({ place }) => place());
    expect(said).toContain("node #1 (Custom) body 'bodies': node #0 (Constant) attribute 'value'");
    expect(said).toContain("function my:f: attribute 'd'");
    expect(said).toContain("training graph 'training-step': node #0 (Constant) attribute 'value'");
    expect(said).toContain("sparse initializer 'sparse'");
  });

  it('is known of an edited model as its bytes have it', () => {
    const model = readModel(bytesSource(everyTensor()));
    const edited = extendGraph(model, { fragment: { nodes: [], initializers: [] } });
    const again = readModel(bytesSource(edited.source.read(0, edited.source.size).slice()));
    expect(again.locations).toBeUndefined();
    expect([...externalLocations(edited)].sort()).toEqual([...externalLocations(again)].sort());
  });

  it.each(places)('must exist: %s', (place) => {
    rmSync(join(folder, `host/${place}.bin`));
    expect(() => openModel(path)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it.each(['copy', 'link'] as const)(
    'moves along with a model that is saved elsewhere: %s',
    async (mode) => {
      const opened = openModel(path);
      const target = join(folder, 'out/net.onnx');
      await saveModel(opened.model, target, { externalData: mode });
      opened.close();
      expect(readdirSync(join(folder, 'out')).sort()).toEqual([...files, 'net.onnx'].sort());
      openModel(target).close();
    },
  );

  it('is inlined from every place', async () => {
    const opened = openModel(path);
    const target = join(folder, 'out/net.onnx');
    await saveModel(opened.model, target, { externalData: 'inline' });
    expect(readdirSync(join(folder, 'out'))).toEqual(['net.onnx']);
    const inside = openModel(target);
    const raw = tensorsOf(inside.model).map(({ tensor: { data } }) =>
      data.kind === 'raw' ? inside.model.source.read(data.start, data.end)[0] : data.kind,
    );
    const byPlace = tensorsOf(opened.model).map(({ tensor: { data } }) =>
      data.kind === 'external' ? places.indexOf(data.location.replace('.bin', '')) + 1 : data.kind,
    );
    expect(raw).toEqual(byPlace);
    expect(externalLocations(inlineExternal(opened.model)).size).toBe(0);
    opened.close();
    inside.close();
  });

  it('is relocated in every place', () => {
    const moved = relocateExternal(
      readModel(bytesSource(everyTensor())),
      folder,
      (at) => `deep/${at}`,
    );
    expect([...externalLocations(moved)].sort()).toEqual(files.map((at) => `deep/${at}`).sort());
  });

  it.each(places)('is not overwritten by the model: %s', async (place) => {
    const opened = openModel(path);
    const target = join(folder, `host/${place}.bin`);
    await expect(saveModel(opened.model, target)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    opened.close();
    expect(readFileSync(target)).toEqual(dataOf(place));
  });

  it.each(places)('is compared by a diff: %s', (place) => {
    const a = openModel(path);
    mkdirSync(join(folder, 'other'));
    for (const name of ['net.onnx', ...files]) {
      const bytes = readFileSync(join(folder, 'host', name));
      if (name === `${place}.bin`) bytes[bytes.length - 10] = 99;
      writeFileSync(join(folder, 'other', name), bytes);
    }
    const b = openModel(join(folder, 'other/net.onnx'));
    const diff = diffModels(a.model, b.model);
    expect(diff.identical).toBe(false);
    expect(diff.externalData?.changed).toHaveLength(1);
    expect(diff.externalData?.unchanged).toBe(places.length - 1);
    expect(diffModels(a.model, a.model).identical).toBe(true);
    a.close();
    b.close();
  });

  it('of a wrong length is found by a check in every place', () => {
    const wrong = Buffer.from(everyTensor());
    // Every offset becomes a length of four bytes, instead of the eight or sixteen of two elements.
    for (let at = wrong.indexOf('offset'); at >= 0; at = wrong.indexOf('offset', at))
      wrong.write('length', at);
    const findings = checkModel(readModel(bytesSource(wrong)));
    expect(findings.filter(({ code }) => code === 'WRONG_LENGTH')).toHaveLength(places.length);
  });

  it('is rejected if a path goes up, even if it comes down again', () => {
    const bytes = Buffer.from(everyTensor());
    bytes.write(
      'a/../xyz.bin123'.slice(0, 'initializer.bin'.length),
      bytes.indexOf('initializer.bin'),
    );
    writeFileSync(path, bytes);
    expect(() => openModel(path)).toThrow(expect.objectContaining({ code: 'UNSAFE_FILE' }));
  });
});
