import type { TritonConfig, TritonTensor } from './model-config.ts';

/** A configuration in protobuf's text format: `config.pbtxt`. */
export function formatConfig(config: TritonConfig): string {
  const { name, maxBatchSize, inputs, outputs, parameters } = config;
  return [
    `name: ${quoted(name)}`,
    'backend: "onnxruntime"',
    'default_model_filename: "model.onnx"',
    `max_batch_size: ${maxBatchSize}`,
    ...inputs.map((tensor) => block('input', tensorLines(tensor))),
    ...outputs.map((tensor) => block('output', tensorLines(tensor))),
    ...(maxBatchSize > 0 ? ['dynamic_batching { }'] : []),
    ...Object.entries(parameters).map(([key, value]) =>
      block('parameters', [`key: ${quoted(key)}`, `value { string_value: ${quoted(value)} }`]),
    ),
    '',
  ].join('\n');
}

function tensorLines({ name, dataType, dims }: TritonTensor): string[] {
  return [`name: ${quoted(name)}`, `data_type: ${dataType}`, `dims: [ ${dims.join(', ')} ]`];
}

function block(name: string, lines: readonly string[]): string {
  return [`${name} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n');
}

/** A string of the text format: names come from files, and may hold anything. */
function quoted(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const escaped = bytes.map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') return `\\${char}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}
