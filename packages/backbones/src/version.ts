/** The version that all packages share; a test compares it with package.json. */
export const version = '1.0.0-rc.0';
