import { diffModels, type ModelDiff, type RecordDiff } from '@pip-graft/onnx-graft';
import { stampKey } from '@pip-graft/pip-core';
import type { Check, Subject } from '../subject/subject.ts';
import { atMost } from '../verdict.ts';

/** Checks that only planned records differ from the host: the graft's nodes, weights, inputs, output and stamp, and the joins that read it. */
export const records: Check = {
  name: 'planned records only',
  run(subject) {
    const diff = diffModels(subject.host, subject.grafted);
    const unplanned = unplannedRecords(subject, diff);
    const shown = unplanned.slice(0, 4).join('; ');
    const found = unplanned.length === 0 ? '' : ` Unplanned: ${shown}.`;
    const kept = diff.nodes.unchanged + diff.initializers.unchanged;
    return Promise.resolve(
      atMost(
        unplanned.length,
        0,
        `Unplanned differences from the host; ${kept} nodes and weights are identical byte for byte, ${diff.nodes.changed.length} nodes read the graft, ${diff.nodes.added.length} nodes were added.${found}`,
      ),
    );
  },
};

function unplannedRecords({ graft, host }: Subject, diff: ModelDiff): string[] {
  const own = (name: string): boolean => name.startsWith(`${graft.undo.prefix}/`);
  const outputs = graft.sites.map((site) => site.output);
  const inputs: readonly string[] = Object.values(graft.inputs ?? {});
  // Nodes are matched by first output; those that a site redirects may read other values.
  const readers = new Set(
    graft.sites.flatMap((site) =>
      site.uses.map((use) => host.graph.nodes[use.node]?.outputs.find((name) => name !== '')),
    ),
  );
  const planned: Readonly<
    Record<keyof Omit<ModelDiff, 'identical' | 'externalData'>, (name: string) => boolean>
  > = {
    // Nodes are named by their first output; the sensor's node has the name of the sensor's output.
    nodes: (name) => own(name) || name === graft.auto?.output,
    initializers: (name) => own(name) || inputs.includes(name),
    inputs: (name) => own(name) || inputs.includes(name),
    outputs: (name) => name === graft.auto?.output,
    valueInfos: own,
    functions: () => false,
    metadata: (name) => name === stampKey,
    opsets: () => false,
    other: () => false,
  };
  return Object.entries(planned).flatMap(([kind, isPlanned]) => {
    const { added, removed, changed, reordered } = diff[kind as keyof typeof planned];
    return [
      ...added.filter((name) => !isPlanned(name)).map((name) => `${kind} '${name}' was added`),
      ...removed.map((name) => `${kind} '${name}' is missing`),
      ...changed
        .filter(
          (change) => kind !== 'nodes' || !readers.has(change.name) || !redirected(change, outputs),
        )
        .map(({ name, what }) => `${kind} '${name}' changed (${what.join(', ')})`),
      ...(reordered ? [`${kind} are in a different order`] : []),
    ];
  });
}

/** Whether only inputs changed, and only to outputs of the graft. */
function redirected({ what }: RecordDiff['changed'][number], outputs: readonly string[]): boolean {
  const planned = (change: string): boolean =>
    change.startsWith('input ') && outputs.some((name) => change.endsWith(` → '${name}'`));
  return what.length > 0 && what.every(planned);
}
