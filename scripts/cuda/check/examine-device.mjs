import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, runStep } from './run-step.mjs';

/** @import { StepResult } from './run-step.mjs' */

const graft = join(root, 'packages/cli/bin/graft.js');
/** The runtime of the provider libraries' wheel, beside links to them; in the bundle only. */
const spare = join(root, 'spare');

/**
 * Asks the doctor for the device. If libraries are outside the loader's path, it sets the path as
 * the doctor says; in the bundle, it tries the wheel's runtime if npm's does not work with the
 * provider libraries.
 *
 * @returns whether it works, why not, the variables with which it does, and every attempt
 */
export async function examineDevice({ device, deviceId }, out, say) {
  /** @type {StepResult[]} */
  const results = [];
  const attempt = async (name, what, variables) => {
    const args = [graft, 'doctor', '--device', device, '--device-id', `${deviceId}`, '--json'];
    const result = await runStep({ name, what, args, variables, minutes: 3 }, { out });
    const examined = result.result?.devices?.[0];
    // A doctor that says "no" has done its job, but nothing passed.
    if (examined && !examined.works)
      Object.assign(result, { status: 'no device', reason: examined.detail });
    results.push(result);
    say(`${what}: ${examined?.detail ?? result.reason}`);
    return examined;
  };
  const added = (folders) =>
    [...folders, ...(process.env.LD_LIBRARY_PATH ?? '').split(delimiter)]
      .filter(Boolean)
      .join(delimiter);

  /** @type {Record<string, string>} */
  let variables = {};
  let examined = await attempt('doctor', `doctor on ${device}`, variables);
  const folders = examined?.works ? [] : (examined?.libraryPath ?? []);
  if (folders.length > 0) {
    variables = { LD_LIBRARY_PATH: added(folders) };
    examined = await attempt(
      'doctor-with-libraries',
      `doctor on ${device}, with the libraries it found`,
      variables,
    );
  }
  if (device === 'cuda' && !examined?.works && existsSync(spare) && mayHelp(examined)) {
    const other = { LD_LIBRARY_PATH: added([spare, ...folders]) };
    const again = await attempt(
      'doctor-with-spare',
      `doctor on ${device}, with the wheel's runtime`,
      other,
    );
    if (again?.works) [variables, examined] = [other, again];
  }
  const missing = examined?.findings?.find(({ met }) => !met);
  return {
    works: examined?.works === true,
    reason: missing
      ? `${missing.what}: ${missing.found}; needs ${missing.needed}`
      : (examined?.detail ?? results.at(-1)?.reason),
    variables,
    results,
  };
}

/**
 * If the process died, or a session fails with everything present: runtime and provider may not
 * match.
 */
function mayHelp(examined) {
  return (
    examined === undefined ||
    examined.findings.every(({ met, what }) => met || what === 'provider library')
  );
}
