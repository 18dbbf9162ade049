const precisions = ['tf32', 'float32', 'float16'];

/** A check as a page of GitHub-flavoured markdown: what ran, on what, and every figure. */
export function formatReport(report) {
  const { status, reason, dryRun, device, date, machine, libraryPath, steps } = report;
  const counts = new Map();
  for (const step of steps) counts.set(step.status, (counts.get(step.status) ?? 0) + 1);
  const verdict = {
    passed: 'Every step passed on a CUDA device.',
    failed: 'Steps failed; see below.',
    incomplete: 'No step failed, but not all ran: this is no pass.',
    skipped: `Skipped: ${device} does not work here, so nothing was measured. ${reason ?? ''}`,
    'dry run': `This is a DRY RUN on ${device}: it shows that the steps work and says nothing of CUDA.`,
  }[status];
  const lines = [
    `# CUDA check: ${status}`,
    '',
    verdict,
    '',
    `Date ${date}. Command: \`npm run cuda-check${dryRun ? ` -- --device ${device}` : ''}\`. Steps: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}.`,
    '',
    ...table(
      ['machine', ''],
      [
        ['GPU', machine.gpu.join('; ') || 'none'],
        ['driver', machine.driver],
        ['CUDA', machine.cuda],
        ['cuDNN', machine.cudnn],
        ['onnxruntime-node', machine.onnxruntime],
        ['node', machine.node],
        ['graft', machine.graft],
        ['system', machine.system],
        ['CPU', machine.cpu],
        ...(libraryPath ? [['LD_LIBRARY_PATH', `\`${libraryPath}\``]] : []),
      ],
    ),
  ];
  const measured = steps.filter(
    ({ name, result }) => name.startsWith('measure-') && result?.parity,
  );
  if (measured.length > 0) lines.push('', ...measuredTables(measured, device));
  const validated = steps.filter(
    ({ name, result }) => name.startsWith('validate-') && result?.models?.[0]?.validation,
  );
  if (validated.length > 0) lines.push('', ...validationTable(validated));
  const trained = steps.filter(({ name, result }) => name.startsWith('train-') && result?.got);
  if (trained.length > 0) lines.push('', ...trainingTable(trained, device));
  lines.push(
    '',
    '## Steps',
    '',
    ...table(
      ['step', 'status', 's', 'command'],
      steps.map((step) => [
        step.name,
        `${step.status}${step.reason && step.status !== 'passed' ? `: ${step.reason.replace(/\s+/g, ' ')}` : ''}`,
        step.seconds?.toFixed(1) ?? '',
        step.command && `\`${step.command}\``,
      ]),
    ),
  );
  return `${lines.join('\n')}\n`;
}

function measuredTables(measured, device) {
  const parity = measured.map(({ what, result }) => [
    what.replace('parity and time of ', ''),
    exponent(result.parity.host.relative),
    exponent(result.parity.grafted.relative),
    exponent(result.limit),
    providers(result.placement.grafted.providers),
    result.placement.grafted.copies,
    result.placement.grafted.fallbacks.map(({ opType }) => opType).join(', ') || 'none',
    result.deviceMemoryMiB ?? '',
  ]);
  const latency = measured.flatMap(({ what, result }) =>
    result.latency.map(({ side, host, grafted, ratio, fault }) =>
      fault
        ? [what.replace('parity and time of ', ''), `${side}x${side}`, fault, '', '']
        : [
            what.replace('parity and time of ', ''),
            `${side}x${side}`,
            milliseconds(host),
            milliseconds(grafted),
            ratio.toFixed(2),
          ],
    ),
  );
  return [
    `## ${device} against the CPU`,
    '',
    `Largest difference of the output relative to its largest value, on a 64x64 image; nodes of the grafted network by provider, as onnxruntime's profile has them. ${precisions.join(', ')}: float32 with TF32 (CUDA's default), float32 with NVIDIA_TF32_OVERRIDE=0, float16. "On the CPU" lists nodes whose float output is larger than 64 elements. Memory is what both networks took of the card.`,
    '',
    ...table(
      ['network', 'host', 'grafted', 'limit', 'nodes', 'copies', 'on the CPU', 'MiB'],
      parity,
    ),
    '',
    '## Time',
    '',
    `Median (distance between quartiles) in ms of one image, runs in turn after a warm-up; copies to and from the device are in it.`,
    '',
    ...table(['network', 'image', 'host ms', 'grafted ms', 'ratio'], latency),
  ];
}

function trainingTable(trained, device) {
  return [
    '## Training',
    '',
    `Losses of each step from one seed, largest difference from the CPU's relative to them; patches a second.`,
    '',
    ...table(
      ['run', 'steps', 'difference', 'limit', `${device}, patches/s`, 'CPU, patches/s'],
      trained.map(({ what, result: { got, wanted, relative, limit } }) => [
        what.replace(/^training of |, losses.*$/g, ''),
        got.losses.length,
        exponent(relative),
        exponent(limit),
        got.patchesPerSecond.toFixed(1),
        wanted.patchesPerSecond.toFixed(1),
      ]),
    ),
  ];
}

function validationTable(validated) {
  return [
    '## Validation',
    '',
    ...table(
      ['run', 'status', 'checks', 'failed or skipped'],
      validated
        .map(({ what, result }) => ({ what, result: result.models[0].validation }))
        .map(({ what, result }) => [
          what.replace('validation of ', ''),
          result.status,
          `${result.checks.filter(({ status }) => status === 'passed').length} of ${result.checks.length} passed`,
          result.checks
            .filter(({ status }) => status !== 'passed')
            .map(
              ({ name, status, measured, limit, detail }) =>
                `${status}: ${name}${measured === null ? `: ${detail}` : `: ${measured} (limit ${limit})`}`,
            )
            .join('; '),
        ]),
    ),
  ];
}

function table(head, rows) {
  const cell = (value) => String(value).replaceAll('|', '\\|').replace(/\s+/g, ' ');
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

function exponent(value) {
  return typeof value === 'number' ? value.toExponential(1) : value;
}

function providers(list) {
  return list
    .map(({ provider, nodes }) => `${nodes} ${provider.replace('ExecutionProvider', '')}`)
    .join(', ');
}

function milliseconds({ median, spread }) {
  return `${median.toFixed(median < 10 ? 2 : 1)} (${spread.toFixed(2)})`;
}
