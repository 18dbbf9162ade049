/** @typedef {'at least' | 'above' | 'at most'} Relation */

/**
 * What is known about a gate before it is tried.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string | null} [label] the degradation that does not ship if the gate fails; null, the
 *   default, if it concerns all
 * @property {Relation} relation NaN passes none of them
 * @property {number} target
 * @property {number} value
 * @property {string} [unit]
 * @property {number} [digits]
 * @property {string | undefined} [note]
 */

/**
 * @typedef {object} Gate
 * @property {string} name
 * @property {string | null} label
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {Relation} [relation]
 * @property {number} [target]
 * @property {number} [value]
 * @property {string} [unit]
 * @property {number} [digits]
 * @property {string} [note]
 */

/**
 * How a value is compared with its target.
 *
 * @type {Record<Relation, (value: number, target: number) => boolean>}
 */
const holds = {
  'at least': (value, target) => value >= target,
  above: (value, target) => value > target,
  'at most': (value, target) => value <= target,
};

/**
 * One row of the table of gates.
 *
 * @param {Row} row
 * @returns {Gate}
 */
export function gate({ name, label = null, relation, target, value, unit = '', digits = 2, note }) {
  const status = holds[relation](value, target) ? 'passed' : 'failed';
  return { name, label, relation, target, value, unit, digits, status, ...(note ? { note } : {}) };
}

/**
 * A gate that could not be tried; it counts as not passed.
 *
 * @param {string} name
 * @param {string | null} label
 * @param {string} note
 * @returns {Gate}
 */
export function skipped(name, label, note) {
  return { name, label, status: 'skipped', note };
}

/**
 * Labels with a gate that failed, in order of appearance.
 *
 * @param {readonly Gate[]} gates
 */
export function failedLabels(gates) {
  const failed = gates.flatMap(({ status, label }) =>
    status === 'failed' && label !== null ? [label] : [],
  );
  return [...new Set(failed)];
}

/**
 * 1 if a gate failed, else 0.
 *
 * @param {readonly Gate[]} gates
 */
export function exitOf(gates) {
  return gates.some(({ status }) => status === 'failed') ? 1 : 0;
}
