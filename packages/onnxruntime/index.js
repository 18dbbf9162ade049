// One of the two is installed: each names the systems that it is for.
const { default: runtime } =
  process.platform === 'linux'
    ? await import('@pip-graft/onnxruntime-linux')
    : await import('@pip-graft/onnxruntime-other');

export const { InferenceSession, Tensor, TRACE, TRACE_FUNC_BEGIN, TRACE_FUNC_END, env } = runtime;
export const { listSupportedBackends, registerBackend } = runtime;
