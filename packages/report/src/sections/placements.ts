import type { Placement } from '@pip-graft/runtime';
import { count, milliseconds, number } from '../format.ts';
import { badge, type Html, html, table } from '../html.ts';

/** Evidence that the device did the work. */
export const evidenceWords: Readonly<Record<Placement['evidence'], string>> = {
  strict: 'CPU fallback was disabled',
  profile: 'every node with a large output ran on the device',
  none: 'no proof that the device did the work',
};

/** Why a node is expected on a side. */
const placeWords: Readonly<
  Record<NonNullable<Placement['expected']>['differences'][number]['place'], string>
> = {
  kernel: 'has a kernel',
  none: 'has no kernel',
  follows: 'follows a node without a kernel',
  shapes: 'arithmetic on shapes',
  folded: 'worked out on opening',
  unjudged: 'not looked into',
};

/** Nodes per provider, copies between device and CPU, and the nodes that fell back, with the reason. */
export function placements(list: readonly Placement[]): Html | undefined {
  if (list.length === 0) return undefined;
  const fallen = list.flatMap(({ side, fallbacks }) =>
    fallbacks.map((fallback) => ({ side, ...fallback })),
  );
  const unexpected = list.flatMap(({ side, expected }) =>
    (expected?.differences ?? []).map((difference) => ({ side, ...difference })),
  );
  return html`${providers(list)}${
    unexpected.length === 0
      ? undefined
      : table(
          `${count(unexpected.length, 'node')} that did not run where the published kernel list of onnxruntime has it`,
          [
            { head: 'Node', cell: ({ node }) => node },
            { head: 'Operator', cell: ({ opType }) => opType },
            { head: 'Model', cell: ({ side }) => side },
            { head: 'Output', cell: ({ output }) => output },
            {
              head: 'Expected on',
              cell: ({ expected, place }) => `${expected} (${placeWords[place]})`,
            },
            { head: 'Ran on', cell: ({ ran }) => ran },
          ],
          unexpected,
        )
  }${
    fallen.length === 0
      ? undefined
      : table(
          `${count(fallen.length, 'node')} with a large output that ran on the CPU`,
          [
            { head: 'Node', cell: ({ node }) => node },
            { head: 'Operator', cell: ({ opType }) => opType },
            { head: 'Model', cell: ({ side }) => side },
            { head: 'Output', cell: ({ output }) => output },
            { head: 'Likely reason', cell: ({ reason }) => reason, kind: 'prose' },
          ],
          fallen,
        )
  }`;
}

function providers(list: readonly Placement[]): Html {
  const rows = list.flatMap((run) => {
    const all = run.providers.reduce((sum, { nodes }) => sum + nodes, 0);
    return run.providers.map((provider) => ({ run, all, ...provider }));
  });
  return table(
    'Nodes by provider in a profiled run',
    [
      {
        head: 'Run',
        cell: ({ run }) => `${run.side} on ${run.device}, ${run.width}×${run.height}`,
      },
      { head: 'Provider', cell: ({ provider }) => provider },
      { head: 'Nodes', cell: ({ nodes }) => number(nodes), kind: 'figure' },
      {
        head: 'Share',
        cell: ({ nodes, all }) =>
          html`<i class="share" style="--part:${((100 * nodes) / Math.max(1, all)).toFixed(1)}%" aria-hidden="true"></i>${((100 * nodes) / Math.max(1, all)).toFixed(0)} %`,
        kind: 'figure',
      },
      { head: 'Time', cell: (row) => milliseconds(row.milliseconds), kind: 'figure' },
      { head: 'Copies', cell: ({ run }) => number(run.copies), kind: 'figure' },
      {
        head: 'Evidence',
        cell: ({ run }) => evidence(run),
        kind: 'prose',
      },
    ],
    rows,
  );
}

/** The evidence for a device; undefined on the CPU, which needs none. */
function evidence({ device, evidence: kind }: Placement): Html | undefined {
  if (device === 'cpu') return undefined;
  return html`${badge(kind === 'none' ? 'failed' : 'passed', kind)} ${evidenceWords[kind]}`;
}
