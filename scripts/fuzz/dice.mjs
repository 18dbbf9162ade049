import { Random } from '@pip-graft/weights';

/** The choices of one case, all derived from its name: a name always gives the same case. */
export class Dice {
  #random;

  /** @param name as 'onnx:17' */
  constructor(name) {
    this.#random = new Random(name);
  }

  /** A whole number in [0, bound). */
  below(bound) {
    return this.#random.below(bound);
  }

  /** A whole number in [low, high], small ones as likely as large ones. */
  spread(low, high) {
    return Math.min(high, Math.floor(low * ((high + 1) / low) ** this.#random.uniform()));
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  chance(probability) {
    return this.#random.uniform() < probability;
  }

  /** An item of a list of [weight, item]. */
  weighted(list) {
    let left = this.#random.uniform(
      0,
      list.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, item] of list) {
      left -= weight;
      if (left < 0) return item;
    }
    return list.at(-1)[1];
  }
}
