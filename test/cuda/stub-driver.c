// A libcuda.so.1 that answers what CUDA's runtime asks before it looks for devices, and nothing else.
// VERSION: the newest CUDA that it says it serves. RESULT: what every other call returns; 100 is
// CUDA_ERROR_NO_DEVICE.
#include <string.h>

int cuInit(unsigned flags) { return RESULT; }

int cuDriverGetVersion(int *version) {
  *version = VERSION;
  return 0;
}

// The one symbol of the driver that onnxruntime's provider is linked with.
int cuTensorMapEncodeTiled(void) { return RESULT; }

static int other(void) { return RESULT; }

int cuGetProcAddress_v2(const char *name, void **function, int version, unsigned long long flags,
                        int *status) {
  if (status) *status = 0;
  if (!strcmp(name, "cuInit")) *function = (void *)cuInit;
  else if (!strcmp(name, "cuDriverGetVersion")) *function = (void *)cuDriverGetVersion;
  else if (!strcmp(name, "cuGetProcAddress")) *function = (void *)cuGetProcAddress_v2;
  else *function = (void *)other;
  return 0;
}
