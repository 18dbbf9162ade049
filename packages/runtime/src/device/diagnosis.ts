/** One thing a device needs, and what there is of it. */
export interface DeviceFinding {
  /** As 'NVIDIA driver'. */
  readonly what: string;
  readonly met: boolean;
  /** What is there, as '550.90' or 'none'. */
  readonly found: string;
  readonly needed: string;
  /** A command that mends it; left out where it is met, or where no command helps. */
  readonly fix?: Fix;
}

/** A command to type, and what to know before. */
export interface Fix {
  readonly command: string;
  readonly note?: string;
}

/** Why a device does not work, in the order in which one would mend it. */
export interface Diagnosis {
  readonly findings: readonly DeviceFinding[];
  /** Of the first finding that is not met; left out where all are, or where no command helps. */
  readonly fix?: Fix;
  /** Folders that hold libraries which the loader does not find: what LD_LIBRARY_PATH lacks. */
  readonly libraryPath?: readonly string[];
}

/** What is known beside the environment. */
export interface DiagnoseOptions {
  /** What onnxruntime wrote on stderr, or threw, when the device was tried: where a reason is that no file tells. */
  readonly nativeLog?: string;
  /** Which of several devices was tried; default 0. */
  readonly deviceId?: number;
}

/** Puts findings and the one command together. */
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
