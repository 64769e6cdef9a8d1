import { BenchError, codeOf, messageOf, timeoutError } from '../../core/model/error.ts';
import type { Reply, StartSpec } from '../runner.ts';
import { bounded } from './bounded.ts';
import type { Launched, LaunchExit, LaunchSpec } from './launcher.ts';

/** How long a held program may live before its launcher ends it: a fleet is held for as long as its trial needs, a ramp for many minutes. */
const HELD_LIMIT_NS = 24 * 3600e9;
/** An end that is under way is known by then; a program that lives after it has only closed its output. */
const END_KNOWN_LIMIT_NS = 2e9;

/** Time limits of a launch. A held program's time to exit begins when it is let go (`exitOf`), not at its launch. */
export function launchLimits({ activity, readyTimeoutNs, exitTimeoutNs }: StartSpec): Pick<LaunchSpec, 'readyTimeoutNs' | 'exitTimeoutNs'> {
  return { readyTimeoutNs, exitTimeoutNs: activity === 'hold' ? HELD_LIMIT_NS : exitTimeoutNs };
}

/** What a program that printed nothing has missed: a held one has no limit to its exit yet. */
export function firstByteLimitNs({ activity, readyTimeoutNs, exitTimeoutNs }: StartSpec): number {
  return activity === 'hold' ? readyTimeoutNs : Math.min(readyTimeoutNs, exitTimeoutNs);
}

/** The exit of a launched program. @throws BenchError `timeout` for a held one that does not end; it is killed then */
export async function exitOf(launched: Pick<Launched, 'exited' | 'kill'>, spec: StartSpec): Promise<LaunchExit> {
  if (spec.activity !== 'hold') return launched.exited;
  try {
    return await bounded(launched.exited, { limitNs: spec.exitTimeoutNs, signal: spec.signal });
  } catch (error) {
    if (codeOf(error) !== 'timeout') throw error;
    launched.kill();
    throw timeoutError('exit', spec.exitTimeoutNs);
  }
}

/** A request to a program launched by us. @throws BenchError as `Instance.request` */
export async function requestOf(launched: Launched, spec: StartSpec, input: Uint8Array, replyBytes: number): Promise<Reply> {
  return answered(launched.write(input, replyBytes), spec, async () => {
    const { signal, code } = await launched.exited;
    return signal === undefined ? `it ended with code ${code}` : `it was ended by ${signal}`;
  });
}

/**
 * The reply, within the time a first output may take. `howEnded`: words for how the program ended, once it has.
 * @throws BenchError `ended` with these words, `timeout`, `interrupted`, or the request's own failure
 */
export async function answered(reply: Promise<Reply>, spec: StartSpec, howEnded: () => Promise<string>): Promise<Reply> {
  const { readyTimeoutNs, signal } = spec;
  try {
    return await bounded(reply, { limitNs: readyTimeoutNs, signal });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'timeout') throw timeoutError('reply', readyTimeoutNs);
    if (code !== 'ended' && code !== 'not-running') throw error;
    const how = await bounded(howEnded(), { limitNs: END_KNOWN_LIMIT_NS }).catch((why: unknown) =>
      codeOf(why) === 'timeout' ? 'it lives, but is not held any more' : messageOf(why),
    );
    throw new BenchError({ code: 'ended', message: `the program did not answer: ${how}`, cause: error });
  }
}
