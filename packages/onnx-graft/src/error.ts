/**
 * The one error class of PIP Graft. `code` is from a closed list, so that callers need not parse
 * prose; the message names the place, what was expected and what to do.
 *
 * @example
 * try { readModel(bytesSource(new Uint8Array())); }
 * catch (error) { if (error instanceof GraftError) console.log(error.code); } // 'NOT_ONNX'
 */
export class GraftError extends Error {
  override readonly name = 'GraftError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Every code of a {@link GraftError}, with its exit status in the `graft` command. */
export const errorCodes = {
  /** A gate failed: a validation check, a tolerance, a budget. */
  GATE_FAILED: 1,
  /** The inference runtime rejected or failed on a model. */
  RUNTIME_FAILED: 1,
  /** An argument or option is missing, unknown or out of range. */
  INVALID_ARGUMENT: 2,
  /** The adapter does not have this degradation label. */
  UNKNOWN_LABEL: 2,
  /** Degradation weights that are negative or not finite; all zero where weights are baked. */
  INVALID_WEIGHTS: 2,
  /** No skip connection was found. */
  NO_SITES: 3,
  /** Image tensors are not NCHW, or a site has no known channel count. */
  UNSUPPORTED_LAYOUT: 3,
  /** An opset, IR version, data type or structure that grafting does not support. */
  UNSUPPORTED_HOST: 3,
  /** A graft is already on these sites. */
  ALREADY_GRAFTED: 3,
  /** The file has no graft to remove. */
  NOT_GRAFTED: 3,
  /** The adapter was made for another host, or its channels differ. */
  ADAPTER_MISMATCH: 4,
  /** The adapter's config or tensors are missing, extra, mis-shaped or of a newer format. */
  ADAPTER_INVALID: 4,
  /** The file is not an ONNX model at all. */
  NOT_ONNX: 5,
  /** The bytes break the format: a truncated record, a bad length, a wrong type. */
  CORRUPT_FILE: 5,
  /** The file would make the reader leave what it may access. */
  UNSAFE_FILE: 5,
  /** The file exceeds a limit of `limits.ts`. */
  LIMIT_EXCEEDED: 5,
  /** The requested device cannot run models here. */
  DEVICE_UNAVAILABLE: 6,
  /** A file or folder does not exist. */
  NOT_FOUND: 7,
  /** A file could not be read. */
  READ_FAILED: 7,
  /** A file could not be written; what was there is unchanged. */
  WRITE_FAILED: 7,
} as const;

export type ErrorCode = keyof typeof errorCodes;
