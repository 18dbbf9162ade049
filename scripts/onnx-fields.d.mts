/** The text of the generated file. */
export function onnxFields(): string;
