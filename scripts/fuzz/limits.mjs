/** What a case may use: the requirement's numbers, and when a case counts as hanging. */
export const limits = {
  /** CPU milliseconds: wall time would include other work on the machine. */
  cpu: 2000,
  /** Bytes of resident memory above the process's own. */
  memory: 200e6,
  /** Wall milliseconds after which a process is killed. */
  hang: 20_000,
  /** V8's heap in MB, so that a case that fills memory ends as a crash. */
  heap: 400,
};
