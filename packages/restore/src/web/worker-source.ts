/** The program of the worker as text, with onnxruntime's; the package's build fills it in. */
export const source: string = '';
