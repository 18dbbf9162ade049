// Preloaded into a measured process: writes its peak memory to the file named by PEAK_MEMORY_FILE.
import { writeFileSync } from 'node:fs';

const file = process.env.PEAK_MEMORY_FILE;
if (file === undefined) throw new Error('PEAK_MEMORY_FILE: name the file for the peak.');
process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)));
