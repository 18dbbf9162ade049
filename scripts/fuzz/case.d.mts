/** The files of a case. @param name as 'onnx:17' */
export function makeCase(name: string): Record<string, Uint8Array>;

/** How a case ended: 'valid: …' or 'error: CODE'. Throws whatever is neither. */
export function runCase(name: string, files?: Record<string, Uint8Array>): Promise<string>;
