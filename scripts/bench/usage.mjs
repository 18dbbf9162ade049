// Preloaded into a measured process: writes its peak memory and processor time to the file that
// USAGE_FILE names.
import { writeFileSync } from 'node:fs';

const file = process.env.USAGE_FILE;
if (file === undefined) throw new Error('USAGE_FILE: name the file for the usage.');
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peak: maxRSS * 1024, seconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(file, JSON.stringify(usage));
});
