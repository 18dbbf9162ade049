import { encodePushed, hubSettings, hubText, parseHubName, pushFiles } from '@pip-graft/graft/node';
import { bytesText, table } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { hubOptions } from '../pipeline/local-names.ts';
import { define, run } from '../pipeline/run.ts';

interface Options {
  readonly private?: boolean;
}

export function command(): Command {
  return define('push', 'Uploads an adapter with its sensor and model card to a model hub', [
    'graft adapter push hf:me/rain-adapter ./my-adapter',
    'graft adapter push hf:me/adapters/rain ./my-adapter --private',
  ])
    .argument(
      '<name>',
      'hf:owner/name[@branch][/folder]; creates the repository if it does not exist',
    )
    .argument('<folder>', 'adapter folder, packed or not')
    .option('--private', 'create the repository as private')
    .action(
      run<[string, string], Options>(async (session, text, folder, options) => {
        const name = parseHubName(text);
        const { adapter, files, absent } = encodePushed(folder, hubText(name));
        const inside = (file: string): string => (name.path === '' ? file : `${name.path}/${file}`);
        if (adapter.license === null)
          session.note(
            'note: it has no licence, so nobody may use it; choose one with `graft adapter pack --license`.',
          );
        const sizes = files.map(([file, content]) => ({
          name: inside(file),
          bytes: Buffer.byteLength(content),
        }));
        const bytes = sizes.reduce((sum, file) => sum + file.bytes, 0);
        const { endpoint } = hubSettings();
        session.note(`${endpoint}/${name.repository}, branch ${name.revision}; uploading:`);
        session.note(
          table([
            ...sizes.map((file) => [file.name, bytesText(file.bytes)]),
            ['all', bytesText(bytes)],
          ]),
        );
        const pushed = await pushFiles(
          name,
          new Map(files.map(([file, content]) => [inside(file), content])),
          {
            ...hubOptions(session),
            onProgress: ({ done, total }) => session.progress('uploading', done, total),
            title: `Upload ${adapter.name} ${adapter.version}`,
            private: options.private,
            stale: absent.map(inside),
          },
        );
        const at = hubText({ ...name, revision: pushed.commit });
        const state = adapter.training === null ? 'UNTRAINED adapter ' : '';
        return {
          json: {
            name: hubText(name),
            pinned: at,
            ...pushed,
            bytes,
            files: sizes,
            digest: adapter.digest,
            training: adapter.training,
          },
          text: [
            `${pushed.url}: ${state}${adapter.name} ${adapter.version}${pushed.created ? ', in a new repository' : ''}`,
            ...pushed.removed.map((file) => `removed there: ${file}`),
            '',
            `graft apply HOST.onnx --adapter ${at} -o OUT.onnx`,
          ].join('\n'),
        };
      }),
    );
}
