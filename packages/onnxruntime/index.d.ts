export * from 'onnxruntime-common';

/** The devices of this platform's binaries. */
export declare function listSupportedBackends(): { name: string; bundled: boolean }[];
