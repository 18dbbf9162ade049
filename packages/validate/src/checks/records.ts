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

function unplannedRecords(subject: Subject, diff: ModelDiff): string[] {
  const { graft } = subject;
  const own = (name: string): boolean => name.startsWith(`${graft.undo.prefix}/`);
  const inputs: readonly string[] = Object.values(graft.inputs ?? {});
  const redirects = redirectsOf(subject);
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
  const read = new Set(diff.nodes.changed.map(({ name }) => name));
  const unread = [...redirects.keys()].filter((name) => !read.has(name));
  const differences = Object.entries(planned).flatMap(([kind, isPlanned]) => {
    const { added, removed, changed, reordered } = diff[kind as keyof typeof planned];
    return [
      ...added.filter((name) => !isPlanned(name)).map((name) => `${kind} '${name}' was added`),
      ...removed.map((name) => `${kind} '${name}' is missing`),
      ...changed
        .filter((change) => kind !== 'nodes' || !redirected(change, redirects))
        .map(({ name, what }) => `${kind} '${name}' changed (${what.join(', ')})`),
      ...(reordered ? [`${kind} are in a different order`] : []),
    ];
  });
  return [...differences, ...unread.map((name) => `nodes '${name}' does not read the graft`)];
}

/**
 * Returns what changes in each node that reads a graft, by the node's first output, which is how
 * nodes are matched.
 */
function redirectsOf({ graft, host }: Subject): ReadonlyMap<string, ReadonlySet<string>> {
  const redirects = new Map<string, Set<string>>();
  for (const { value, output, uses } of graft.sites)
    for (const { node, input } of uses) {
      const name = host.graph.nodes[node]?.outputs.find((one) => one !== '') ?? '';
      const texts = redirects.get(name) ?? new Set();
      redirects.set(name, texts.add(`input ${input} '${value}' → '${output}'`));
    }
  return redirects;
}

/**
 * Whether a node differs as planned: each site's input changes from skip feature to graft output.
 */
function redirected(
  { name, what }: RecordDiff['changed'][number],
  redirects: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const planned = redirects.get(name);
  return (
    planned !== undefined && what.length === planned.size && what.every((one) => planned.has(one))
  );
}
