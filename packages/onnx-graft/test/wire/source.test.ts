import { bytesSource, pieceSource, readModel } from '@pip-graft/onnx-graft';
import { describe, expect, it } from 'vitest';
import { encodeTensor } from '../../src/edit/encode.ts';
import { joinPieces } from '../../src/wire/source.ts';

describe('pieceSource', () => {
  it('skips bytes that would have to be loaded', () => {
    let made = 0;
    const data = {
      byteLength: 4,
      load: () => {
        made++;
        return new Uint8Array(4);
      },
    };
    const tensor = encodeTensor({ name: 'w', dataType: 'float32', dims: [1], data });
    const length = tensor.reduce((sum, piece) => sum + ('length' in piece ? piece.length : 4), 0);
    const source = pieceSource([Uint8Array.from([0x08, 8, 0x3a, length]), ...tensor], 'net');
    expect(readModel(source).graph.initializers.map(({ name, dims }) => ({ name, dims }))).toEqual([
      { name: 'w', dims: [1] },
    ]);
    expect(made).toBe(0);
    expect(readModel(bytesSource(joinPieces(source.pieces))).graph.initializers[0]?.name).toBe('w');
    expect(made).toBe(1);
  });

  it('rejects bytes past its end', () => {
    expect(() => pieceSource([Uint8Array.from([1, 2])], 'two').read(1, 3)).toThrow(
      'two: bytes 1 to 3 were needed, but it has 2',
    );
  });
});
