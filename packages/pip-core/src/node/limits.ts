/** Bytes of `adapter_config.json`: a thousand times a real one. */
export const maxConfigBytes = 1024 * 1024;

/** Bytes of an adapter's `package.json` that are looked at for its name and version. */
export const maxPackageBytes = 1024 * 1024;

/** Folders above the working directory in which `node_modules` is looked for. */
export const maxParents = 64;

/** Packages of one `node_modules` that are looked at for adapters. */
export const maxPackages = 100_000;
