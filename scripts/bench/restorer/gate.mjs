/** How a value is held against its target. */
const holds = {
  'at least': (value, target) => value >= target,
  above: (value, target) => value > target,
  'at most': (value, target) => value <= target,
};

/**
 * One row of the table of gates.
 *
 * @param relation 'at least', 'above' or 'at most'; NaN passes none of them
 * @param label the degradation that does not ship when the gate fails; null where it concerns all
 */
export function gate({ name, label = null, relation, target, value, unit = '', digits = 2, note }) {
  const status = holds[relation](value, target) ? 'passed' : 'failed';
  return { name, label, relation, target, value, unit, digits, status, ...(note ? { note } : {}) };
}

/** A gate that could not be tried: never passed. */
export function skipped(name, label, note) {
  return { name, label, status: 'skipped', note };
}

/** Labels with a gate that failed, in order of appearance. */
export function failedLabels(gates) {
  const failed = gates.filter(({ status, label }) => status === 'failed' && label !== null);
  return [...new Set(failed.map(({ label }) => label))];
}

/** 1 when a gate failed, else 0. */
export function exitOf(gates) {
  return gates.some(({ status }) => status === 'failed') ? 1 : 0;
}
