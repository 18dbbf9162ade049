/** The page of graft.config.json: every key of the schema, with its type and meaning. */
export function configPage(schema) {
  const job = schema.properties.jobs.items;
  return [
    '# graft.config.json',
    '',
    '<!-- Written by `npm run docs` from the schema. Do not edit. -->',
    '',
    'What [`graft convert`](../guides/convert.md) reads. The file holds `jobs`, a list; paths are relative to the file. `"$schema": "./node_modules/@pip-graft/cli/graft.config.schema.json"` makes an editor complete the keys. Keys marked * are required.',
    '',
    ...Object.entries(job.properties).flatMap(([name, value]) => [
      `## ${name}${job.required.includes(name) ? ' *' : ''} {#${name}}`,
      '',
      sentence(value.description),
      '',
      ...section(name, value),
    ]),
  ].join('\n');
}

function section(name, value) {
  const rows = rowsOf(name, value);
  if (rows.length === 0) return [`Type: ${typeOf(value)}.`, ''];
  return ['| key | type | |', '|---|---|---|', ...rows, ''];
}

/** A row for every key below a value; a list of objects counts as its object. */
function rowsOf(path, value) {
  return objectsIn(value).flatMap(({ properties, required = [] }) =>
    Object.entries(properties).flatMap(([key, inner]) => {
      const star = required.includes(key) ? ' *' : '';
      const name = `${path}.${key}`;
      const text = cell(sentence(inner.description));
      return [`| \`${name}\`${star} | ${cell(typeOf(inner))} | ${text} |`, ...rowsOf(name, inner)];
    }),
  );
}

function objectsIn(value) {
  if (value.anyOf) return value.anyOf.flatMap(objectsIn);
  if (value.type === 'array') return objectsIn(value.items || {});
  return value.properties ? [value] : [];
}

function typeOf(value) {
  if (value.const !== undefined) return `\`${value.const}\``;
  if (value.enum) return value.enum.map((each) => `\`${each}\``).join(', ');
  if (value.anyOf) return [...new Set(value.anyOf.map(typeOf))].join(' or ');
  if (value.prefixItems) return `list of ${value.prefixItems.length} numbers`;
  if (value.type === 'array') return `list of ${plural(typeOf(value.items))}`;
  return { string: 'text', integer: `whole number${range(value)}` }[value.type] ?? value.type;
}

function plural(type) {
  return type === 'text' || type.startsWith('`')
    ? type
    : type.replace(/^(whole number|object|number)/, '$1s');
}

function range({ minimum, maximum }) {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return minimum === undefined || most === undefined ? '' : `, ${minimum} to ${most}`;
}

function sentence(text = '') {
  if (text === '') return '';
  // Code keeps its capitalisation.
  const start = text.startsWith('`') ? text : text[0].toUpperCase() + text.slice(1);
  return /[.…]$/.test(start) ? start : `${start}.`;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
