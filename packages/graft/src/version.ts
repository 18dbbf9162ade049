/** The version that all packages share; a test holds it against package.json. */
export const version = '0.1.0';
