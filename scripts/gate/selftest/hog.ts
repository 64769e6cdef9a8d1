import { execa } from 'execa';

/** Busy and idle stretches of the hog, ms: longer than a round of processes, shorter than one of containers, and no multiple of either. */
const BUSY_MS = 3100;
const IDLE_MS = 3100;

/** The hog’s program: one thread that is busy half of the time. It shares no state with the suite. */
const PROGRAM = `
  const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
  const turn = () => { busy(${BUSY_MS}); setTimeout(turn, ${IDLE_MS}); };
  turn();
`;

/** A CPU hog on another core, half of the time: what a neighbour on a shared runner does. Ends with its disposal, or with the suite. */
export function startHog(): AsyncDisposable {
  const hog = execa(process.execPath, ['-e', PROGRAM], { reject: false, stdio: 'ignore', cleanup: true });
  return {
    [Symbol.asyncDispose]: async () => {
      hog.kill('SIGKILL');
      await hog;
    },
  };
}
