import { backboneParameters, backbonePresets, elementCount } from '@pip-graft/graft';
import { table } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';

export function command(): Command {
  return define('list', 'Lists the networks that can be built', ['graft backbone list']).action(
    run<[], object>(() => {
      const networks = Object.entries(backbonePresets).map(([name, backbone]) => ({
        name,
        ...backbone,
        parameters: backboneParameters(backbone).reduce(
          (sum, { dims }) => sum + elementCount(dims),
          0,
        ),
      }));
      const rows = networks.map(({ name, family, parameters, config }) => {
        const sizes = family === 'promptir' ? config.trunk : config;
        const width =
          'widths' in sizes ? sizes.widths[0]! : 'width' in sizes ? sizes.width : sizes.dim;
        const blocks =
          'encoder' in sizes
            ? [...sizes.encoder, sizes.middle, ...sizes.decoder]
            : [...sizes.blocks, sizes.refinement];
        return [
          name,
          family,
          parameters.toLocaleString('en-US').padStart(11),
          width,
          blocks.join(' '),
        ];
      });
      return {
        json: { networks },
        text: table([['name', 'family', ' parameters', 'width', 'blocks'], ...rows]),
        isAnswer: true,
      };
    }),
  );
}
