import type { Adapter } from './adapter.ts';
import { encodeAdapterConfig } from './adapter-config.ts';

/** The text of `adapter_config.d.mts`: the config of this very adapter as a type. */
export function configTypes(adapter: Adapter): string {
  const value: unknown = JSON.parse(encodeAdapterConfig(adapter));
  return `// Types of adapter_config.json, written by \`graft adapter pack\`.\ndeclare const config: ${typeOf(value, '')};\nexport default config;\n`;
}

function typeOf(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${deeper}${typeOf(item, deeper)},\n`);
    return items.length === 0 ? 'readonly []' : `readonly [\n${items.join('')}${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${deeper}readonly ${JSON.stringify(key)}: ${typeOf(member, deeper)};\n`,
  );
  return members.length === 0 ? 'Record<string, never>' : `{\n${members.join('')}${indent}}`;
}
