import { byId } from './by-id.ts';
import { newSlider, type Slider } from './slider.ts';

/** What a run is asked for. */
export interface Asked {
  /** undefined where the model's sensor decides. */
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly strength: number;
}

/** The sliders of a model: one per label, and its strength. */
export class Settings {
  readonly #sliders = new Map<string, Slider>();
  #strength: Slider | undefined;
  /** Until a label is moved by hand, the sensor decides. */
  #byHand = false;

  /** @param onChange called when a person moved a slider */
  show(labels: readonly string[], hasSensor: boolean, onChange: () => void): void {
    this.#sliders.clear();
    this.#byHand = !hasSensor;
    for (const label of labels) {
      const slider = newSlider(label, 1, 0, () => {
        this.#byHand = true;
        onChange();
      });
      this.#sliders.set(label, slider);
    }
    if (!hasSensor && labels.length > 0) this.#sliders.get(labels[0]!)!.value = 1;
    this.#strength = labels.length > 0 ? newSlider('Strength', 1, 1, onChange) : undefined;
    byId('sliders').replaceChildren(...[...this.#sliders.values()].map(({ element }) => element));
    byId('strengths').replaceChildren(...(this.#strength ? [this.#strength.element] : []));
    byId('weights').hidden = labels.length === 0;
    byId('amount').hidden = labels.length === 0;
    byId('detect').hidden = !hasSensor;
  }

  /** Leaves it to the sensor again. */
  leaveToSensor(): void {
    this.#byHand = false;
  }

  /** Shows what the sensor found. */
  found(weights: Readonly<Record<string, number>>): void {
    for (const [label, slider] of this.#sliders) slider.value = weights[label] ?? 0;
  }

  get weights(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#sliders].map(([label, { value }]) => [label, value]));
  }

  /** Nothing to remove is asked for as a strength of 0: weights of zero would leave it to the sensor. */
  get asked(): Asked {
    const strength = this.#strength?.value ?? 1;
    if (!this.#byHand) return { weights: undefined, strength };
    const nothing = Object.values(this.weights).every((weight) => weight === 0);
    return nothing ? { weights: undefined, strength: 0 } : { weights: this.weights, strength };
  }

  get steered(): boolean {
    return this.#sliders.size > 0;
  }
}
