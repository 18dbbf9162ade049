import { byId } from './dom.ts';

/** State of the settings, for undo. */
export interface SettingsState extends Setting {
  /** false while the model's sensor decides the weights. */
  readonly byHand: boolean;
}

/** The sliders of a model: one per label, and its strength. */
export class Settings {
  readonly #sliders = new Map<string, Slider>();
  #strength: Slider | undefined;
  /** Whether the weights are set by hand; until then, the sensor decides. */
  #byHand = false;

  /** @param onChange called when a slider is moved */
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
    for (const id of ['weights', 'amount', 'preset-box', 'history']) {
      byId(id).hidden = labels.length === 0;
    }
    byId('detect').hidden = !hasSensor;
  }

  /** Lets the sensor decide the weights again. */
  leaveToSensor(): void {
    this.#byHand = false;
  }

  /** Shows what the sensor found. */
  found(weights: Readonly<Record<string, number>>): void {
    for (const [label, slider] of this.#sliders)
      slider.value = Object.hasOwn(weights, label) ? weights[label]! : 0;
  }

  get present(): Setting {
    const weights = [...this.#sliders].map(([label, { value }]) => [label, value]);
    return { weights: Object.fromEntries(weights), strength: this.#strength?.value ?? 1 };
  }

  /** Weights are empty while the sensor decides: what it found is not a person's choice. */
  get state(): SettingsState {
    const { weights, strength } = this.present;
    return { byHand: this.#byHand, weights: this.#byHand ? weights : {}, strength };
  }

  set state({ byHand, weights, strength }: SettingsState) {
    this.#byHand = byHand;
    if (byHand) this.found(weights);
    if (this.#strength) this.#strength.value = strength;
  }

  get asked(): Asked {
    const { present } = this;
    return this.#byHand ? present : { weights: undefined, strength: present.strength };
  }

  get steered(): boolean {
    return this.#sliders.size > 0;
  }
}

/** A labelled range from 0 to `most` with its value in figures. */
interface Slider {
  readonly element: HTMLElement;
  value: number;
}

/** @param onInput called with each change by hand */
function newSlider(name: string, most: number, value: number, onInput: () => void): Slider {
  const element = document.createElement('label');
  element.className = 'slider';
  const range = Object.assign(document.createElement('input'), {
    type: 'range',
    min: '0',
    max: String(most),
    step: '0.05',
    value: String(value),
  });
  const output = document.createElement('output');
  // A screen reader reads the range; an output is announced with each change, too.
  output.ariaHidden = 'true';
  const show = (): void => {
    output.textContent = `${Math.round(range.valueAsNumber * 100)} %`;
    range.ariaValueText = output.textContent;
  };
  const text = Object.assign(document.createElement('span'), { textContent: name });
  element.append(text, range, output);
  range.addEventListener('input', () => {
    show();
    onInput();
  });
  show();
  return {
    element,
    get value() {
      return range.valueAsNumber;
    },
    set value(next) {
      range.value = String(next);
      show();
    },
  };
}

/** Weights by label and a strength: what the sliders show. */
export interface Setting {
  readonly weights: Readonly<Record<string, number>>;
  readonly strength: number;
}

/** Settings of a run. */
export interface Asked {
  /** undefined if the model's sensor decides. */
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly strength: number;
}
