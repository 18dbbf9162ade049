import { type BaseFit, type BaseHost, baseFit, requireSites } from '@pip-graft/graft';
import { type AdapterSummary, listAdapters, openHost } from '@pip-graft/graft/node';
import { bytesText, table } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import { define, run } from '../pipeline/run.ts';

interface Options {
  readonly all?: boolean;
}

/** A usable installed adapter, and whether it fits the requested host. */
interface Listed {
  readonly spec: string;
  readonly folder: string;
  readonly summary: AdapterSummary;
  readonly fit: BaseFit | undefined;
}

export function command(): Command {
  return define('list', 'Lists installed adapter packages, or those that fit a host', [
    'graft adapter list',
    'graft adapter list restormer.onnx',
  ])
    .argument('[host]', 'ONNX file; lists only adapters that were made for it')
    .addOption(new Option('--all', 'also list adapters for other hosts, and why they do not fit'))
    .action(
      run<[string | undefined], Options>(async (session, path, options) => {
        const host = path === undefined ? undefined : await identityOf(path);
        const installed = listAdapters(session.cwd);
        const broken = installed.filter(({ error }) => error);
        const listed = installed.flatMap(({ spec, folder, summary }): Listed[] =>
          summary ? [{ spec, folder, summary, fit: host && baseFit(summary.base, host) }] : [],
        );
        const shown = listed.filter(({ fit }) => options.all || fit?.fits !== false);
        for (const { spec, error } of broken)
          session.note(`warning: ${spec} cannot be used: ${error?.message}`);
        const others = listed.length - shown.length;
        if (others > 0)
          session.note(
            `note: ${others} more ${others === 1 ? 'is' : 'are'} for other hosts; --all lists them.`,
          );
        return {
          json: {
            ...(host ? { host } : {}),
            adapters: shown.map(({ spec, folder, summary, fit }) => ({
              spec,
              folder,
              ...summary,
              ...(fit ? { fits: fit.fits } : {}),
            })),
            unusable: broken.map(({ spec, folder, error }) => ({
              spec,
              folder,
              error: { code: error?.code, message: error?.message },
            })),
          },
          text: textOf(shown, path, session.columns),
          isAnswer: true,
        };
      }),
    );
}

async function identityOf(path: string): Promise<BaseHost> {
  using host = await openHost(path);
  requireSites(host);
  return { family: host.located.family, ...host.identity() };
}

function textOf(shown: readonly Listed[], host: string | undefined, columns?: number): string {
  if (shown.length === 0)
    return host === undefined
      ? 'No adapter is installed here.'
      : `No installed adapter was made for ${host}.`;
  const head = ['adapter', 'version', 'base', 'labels', 'size', 'state'];
  const rows = shown.map(({ spec, summary, fit }) => [
    spec,
    summary.version,
    summary.base.name ?? summary.base.family,
    summary.config.labels.join(', '),
    bytesText(summary.bytes),
    [summary.training === null ? 'UNTRAINED' : 'trained', ...(fit ? [stateOf(fit)] : [])].join(
      '; ',
    ),
  ]);
  return table([head, ...rows], columns);
}

function stateOf(fit: BaseFit): string {
  if (fit.fits === null) return 'may fit: it does not record its host';
  return fit.fits ? 'fits' : `made for ${fit.madeFor}`;
}
