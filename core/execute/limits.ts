/** Time the conductor grants on top of a runner's own limits before it gives up on the runner itself. */
export const RUNNER_GRACE_NS = 15e9;
/** and for one instance to be removed */
export const DISPOSE_LIMIT_NS = 30e9;
/** A fleet never takes the host's last memory: below this nothing is started any more, B. */
export const HOST_FLOOR_BYTES = 1024 ** 3;
