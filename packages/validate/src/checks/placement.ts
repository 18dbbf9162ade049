import { fixInputDims, graphFacts } from '@pip-graft/onnx-graft';
import {
  comparePlacement,
  expectedPlacement,
  type Placement,
  profileRun,
  summariseProfile,
} from '@pip-graft/runtime';
import { fitted } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { skipped } from '../verdict.ts';

/**
 * Checks that both models really ran on the device: either a strict session did not allow CPU
 * fallback, or the profile shows every node with a large float output on the device.
 */
export const placement: Check = {
  name: 'ran on the device',
  async run(subject) {
    const { device } = subject;
    if (device === 'cpu')
      return skipped('The model runs on the CPU, so there is no other device to check.');
    const placements = [await placed(subject, 'host'), await placed(subject, 'grafted')];
    const fallbacks = placements.flatMap((each) => each.fallbacks);
    const good = placements.every(({ evidence }) => evidence !== 'none');
    const first = fallbacks
      .slice(0, 3)
      .map(({ opType, node, reason }) => `${opType} '${node}' (${reason})`);
    const compared = placements.flatMap(({ expected }) => expected ?? []);
    const found =
      first.length === 0
        ? ''
        : ` Elsewhere: ${first.join('; ')}${fallbacks.length > 3 ? ` and ${fallbacks.length - 3} more` : ''}.`;
    return {
      status: good ? 'passed' : 'failed',
      measured: fallbacks.length,
      limit: 0,
      detail: `Nodes of host and graft with large float outputs that did not run on ${device}; evidence: ${placements.map(words).join(', ')}.${found}${againstList(compared)}`,
      figures: { placements },
    };
  },
};

/** Describes how the run differs from the expected placement; does not decide the check. */
function againstList(compared: readonly NonNullable<Placement['expected']>[]): string {
  if (compared.length === 0) return '';
  const count = compared.reduce((sum, one) => sum + one.compared, 0);
  const differences = compared.flatMap((one) => one.differences);
  const shown = differences
    .slice(0, 3)
    .map(({ opType, node, ran, expected }) => `${opType} '${node}' (${ran}, not ${expected})`);
  const rest = differences.length > 3 ? ` and ${differences.length - 3} more` : '';
  return ` Of ${count} nodes compared with onnxruntime's published kernel list, ${differences.length} ran elsewhere${shown.length === 0 ? '' : `: ${shown.join('; ')}${rest}`}.`;
}

function words({ side, evidence, providers, copies }: Placement): string {
  const nodes = providers.map((each) => `${each.nodes} ${each.provider}`).join(' + ');
  const how = { strict: 'strict session', profile: 'profile', none: 'none' }[evidence];
  return `${side} ${how} (${nodes === '' ? 'no nodes' : nodes}, ${copies} copies)`;
}

async function placed(subject: Subject, side: Side): Promise<Placement> {
  const { device, timing } = subject;
  const { size } = timing;
  const model = subject[side];
  const options = subject.options(side, { level: 'all' });
  const feeds = subject.nativeFeeds(subject.feeds(side, { images: [fitted(subject.image, size)] }));
  const { nodes, strict } = await profileRun(model, feeds, options);
  // As it ran: with the image's size built in.
  const dims = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, tensor.dims]),
  );
  const expectedHere = () => expectedPlacement(graphFacts(fixInputDims(model, dims)));
  const summary = summariseProfile(nodes, device, { opsets: model.opsets, dynamic: false });
  return {
    side,
    device,
    width: size.width,
    height: size.height,
    ...summary,
    evidence: strict && summary.evidence !== 'none' ? 'strict' : summary.evidence,
    ...(device === 'cuda' ? { expected: comparePlacement(expectedHere(), nodes) } : {}),
  };
}
