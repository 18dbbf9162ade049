import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import textformat from 'protobufjs/ext/textformat.js';

textformat.install();
const schema = JSON.parse(
  readFileSync(new URL('./model_config.json', import.meta.url), 'utf8'),
) as protobuf.INamespace;
const modelConfig = protobuf.Root.fromJSON(schema).lookupType('inference.ModelConfig');

/** Reads a `config.pbtxt` by Triton's published schema; throws at an unknown field. */
export function readConfig(text: string): Record<string, unknown> {
  const message = modelConfig.fromText(text);
  return modelConfig.toObject(message, { enums: String, longs: Number });
}
