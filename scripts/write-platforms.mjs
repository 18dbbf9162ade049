// Run by the workflow that publishes, between `npm ci` and `changeset publish`.
import { writePlatforms } from './release/for-platform.mjs';
import { publishedPackages } from './release/packages.mjs';

writePlatforms(publishedPackages());
