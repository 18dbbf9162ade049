import type { PlanSummary } from '@pip-graft/graft';
import { costAt } from '@pip-graft/pip-core';

/**
 * Formats a plan as text for people: what is added where, and what it costs.
 *
 * @example process.stdout.write(formatPlan(plan.summary))
 */
export function formatPlan(plan: PlanSummary): string {
  const { host, adapters, levels, inputs, baked, auto } = plan;
  const several = adapters.length > 1;
  const rows = levels.flatMap(({ site, dataType, modules }) =>
    modules.map(({ adapter, config, parameters, cost }) => [
      String(site.level),
      ...(several ? [adapters[adapter]!.name] : []),
      site.value,
      `${site.join} ${site.consumer}`,
      `1/${site.scale}`,
      String(config.channels),
      `${config.promptChannels} × ${config.promptSize}²`,
      dataType,
      count(parameters),
      millions(costAt(cost, 256, 256, site.scale)),
    ]),
  );
  const head = [
    'level',
    ...(several ? ['adapter'] : []),
    'skip feature',
    'merge',
    'scale',
    'channels',
    'prompt',
    'type',
    'parameters',
    'M mult-adds',
  ];
  const total = [
    'total',
    ...head.slice(3).map(() => ''),
    count(plan.parameters),
    millions(plan.multiplyAdds256),
  ];
  const steering =
    inputs === null
      ? `degradation fixed to ${spell(plan.labels, baked?.weights ?? [])}, strength ${baked?.strength ?? 1}`
      : plan.inputKind === 'required'
        ? `inputs added: ${inputs.degradation} (B or 1, ${plan.labels.length}); ${inputs.strength}; both are required`
        : `inputs added: ${inputs.degradation} (B or 1, ${plan.labels.length}), default ${auto ? 'zeros: what the sensor finds' : spell(plan.labels, plan.defaultDegradation)}; ${inputs.strength}, default 1`;
  return [
    `host     ${host.label}: ${host.family}, operator set ${host.opset}`,
    ...adapters.map(
      ({ name, version, trained, mode, attach, labels }) =>
        `adapter  ${name} ${version}${trained ? '' : ' (UNTRAINED)'}: ${mode}, ${attach}${several ? `, labels ${labels.join(', ')}` : ''}`,
    ),
    ...(auto
      ? [
          `sensor   ${auto.name}${auto.trained ? '' : ' (UNTRAINED)'}: output added: ${auto.output} (B, ${plan.labels.length})`,
        ]
      : []),
    `labels   ${plan.labels.join(', ')}`,
    '',
    ...table([head, ...rows, total]),
    '',
    'Multiply-adds are for an image of 256 × 256.',
    `${steering}`,
    `names    ${plan.prefix}/…`,
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const numeric = (column: number) => column >= rows[0]!.length - 2;
  return rows.map((row) =>
    row
      .map((cell, column) =>
        numeric(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function spell(labels: readonly string[], weights: readonly number[]): string {
  return labels
    .map((label, index) => [label, weights[index] ?? 0] as const)
    .filter(([, weight]) => weight > 0)
    .map(([label, weight]) => `${label}=${Number(weight.toPrecision(3))}`)
    .join(',');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function millions(value: number): string {
  return count(Number((value / 1e6).toFixed(1)));
}
