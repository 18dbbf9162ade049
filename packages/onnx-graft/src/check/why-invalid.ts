import type { Model } from '../model/model.ts';
import { checkModel } from './check-model.ts';
import type { FindingCode } from './finding.ts';

/** Findings with which onnxruntime loads no model. */
const fatal: ReadonlySet<FindingCode> = new Set([
  'UNRESOLVED_INPUT',
  'CYCLE',
  'DUPLICATE_VALUE',
  'DUPLICATE_NODE_NAME',
  'MISSING_OUTPUT',
]);

/**
 * Why no runtime loads a model: a place and a reason, without a full stop. undefined if nothing in
 * its structure forbids it. Local functions are left out: runtimes look only at those that are used.
 *
 * @example whyInvalid(model) // "node 'd2' (Conv): value 'd2' is made a second time"
 */
export function whyInvalid(model: Model): string | undefined {
  const found = checkModel(model).find(
    ({ severity, code, place }) =>
      severity === 'error' && fatal.has(code) && !place.startsWith('function '),
  );
  return found && `${found.place}: ${found.message.replace(/\.$/, '')}`;
}
