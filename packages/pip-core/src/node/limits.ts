/** Bytes of `adapter_config.json`: a thousand times a real one. */
export const maxConfigBytes = 1024 * 1024;

/** Bytes of an adapter's `package.json` to read for its name and version. */
export const maxPackageBytes = 1024 * 1024;

/** Folders above the working directory to search for `node_modules`. */
export const maxParents = 64;

/** Packages of one `node_modules` to search for adapters. */
export const maxPackages = 100_000;
