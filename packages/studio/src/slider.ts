/** A labelled range from 0 to `most` with its value in figures. */
export interface Slider {
  readonly element: HTMLElement;
  value: number;
}

/** @param onInput called with each change by hand */
export function newSlider(name: string, most: number, value: number, onInput: () => void): Slider {
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
  const show = (): void => {
    output.textContent = `${Math.round(range.valueAsNumber * 100)} %`;
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
