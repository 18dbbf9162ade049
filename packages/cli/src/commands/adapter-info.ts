import { elementCount, GraftError, pipParameters } from '@pip-graft/graft';
import { resolveAdapter } from '@pip-graft/graft/node';
import { table } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';

export function command(): Command {
  return define('info', 'Checks an adapter and shows what it is', [
    'graft adapter info ./my-adapter',
    'graft adapter info hf:me/rain-adapter@v1',
  ])
    .argument('<adapter>', 'adapter folder, npm package or hf:owner/name')
    .action(
      run<[string], object>((session, text) => {
        const found = resolveAdapter(text, session.cwd);
        if (found.kind === 'init')
          throw new GraftError(
            'INVALID_ARGUMENT',
            `'${text}': it names a fresh adapter, which does not exist yet; make it with \`graft adapter init\` and pass its folder.`,
          );
        const { tensors: _, ...adapter } = found.adapter;
        const { config, base } = adapter;
        const parameters = pipParameters(config).reduce(
          (sum, { dims }) => sum + elementCount(dims),
          0,
        );
        const facts = [
          [
            'adapter',
            `${adapter.name} ${adapter.version}${adapter.training === null ? ' (UNTRAINED)' : ''}`,
          ],
          ['folder', found.folder],
          ['digest', adapter.digest ?? 'none'],
          ['base', `${base.family}, fingerprint ${base.fingerprint ?? 'not recorded'}`],
          [
            'form',
            `${config.mode}, ${config.attach}${config.attach === 'residual' ? ` with a gate for each ${config.gate ?? 'channel'}` : ''}, stored as ${config.dtype}`,
          ],
          [
            'basic prompt',
            `${config.position === 'none' ? 'one vector per level' : 'one map per level'}, started with a deviation of ${config.promptStd ?? 1}`,
          ],
          ['labels', config.labels.join(', ')],
          ['size', `${parameters.toLocaleString('en-US')} parameters`],
          ['licence', adapter.license ?? 'not stated'],
        ];
        const rows = config.levels.map((level) => [
          level.level,
          level.channels,
          level.promptChannels,
          level.promptSize,
          `${level.p2pHeads}/${level.p2fHeads}`,
        ]);
        return {
          json: { ...adapter, folder: found.folder, parameters },
          isAnswer: true,
          text: [
            table(facts),
            '',
            table([['level', 'channels', 'prompt channels', 'prompt size', 'heads'], ...rows]),
          ].join('\n'),
        };
      }),
    );
}
