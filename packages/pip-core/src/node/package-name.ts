import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import validateName from 'validate-npm-package-name';

/** Whether npm would let a new package be called so; no name that npm accepts leads out of a folder. */
export function isPackageName(name: string): boolean {
  return validateName(name).validForNewPackages;
}

/** Errors: of the given code, saying what is wrong with the name. */
export function requirePackageName(name: string, code: ErrorCode, place: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validateName(name);
  if (validForNewPackages) return;
  throw new GraftError(
    code,
    `${place}: ${JSON.stringify(name)} is no name for a package: ${[...errors, ...warnings].join('; ')}.`,
  );
}
