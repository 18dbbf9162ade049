/** One requirement of a device, and what this machine has. */
export interface DeviceFinding {
  /** For example 'NVIDIA driver'. */
  readonly what: string;
  readonly met: boolean;
  /** What was found, for example '550.90' or 'none'. */
  readonly found: string;
  readonly needed: string;
  /** A command that fixes it; undefined if the requirement is met or no command helps. */
  readonly fix?: Fix;
}

/** A command to run, and what to know first. */
export interface Fix {
  readonly command: string;
  readonly note?: string;
}

/** Why a device does not work, in the order of fixing. */
export interface Diagnosis {
  readonly findings: readonly DeviceFinding[];
  /** The fix of the first unmet finding; undefined if all are met or no command helps. */
  readonly fix?: Fix;
  /** Folders with libraries that the loader does not find, to add to LD_LIBRARY_PATH. */
  readonly libraryPath?: readonly string[];
}

/** Information besides the environment. */
export interface DiagnoseOptions {
  /** What onnxruntime printed or threw when it tried the device: reasons that files do not show. */
  readonly nativeLog?: string;
  /** Index of the device; default: 0. */
  readonly deviceId?: number;
}

/** Builds a diagnosis from findings, with the first fix. */
export function diagnosisOf(
  findings: readonly DeviceFinding[],
  libraryPath: readonly string[] = [],
): Diagnosis {
  const fix = findings.find(({ met }) => !met)?.fix;
  return {
    findings,
    ...(fix === undefined ? {} : { fix }),
    ...(libraryPath.length === 0 ? {} : { libraryPath }),
  };
}
