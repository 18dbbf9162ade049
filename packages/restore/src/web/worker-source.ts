/** Source text of the worker, including onnxruntime; the package's build fills it in. */
export const source: string = '';
