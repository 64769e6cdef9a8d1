import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchError, codeOf, timeoutError } from '../../core/model/error.ts';
import type { SerialGuest } from '../vm/serial-monitor.ts';

/** One request of Firecracker's API: a PUT with a JSON body, answered by 204. */
export interface ApiRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What Firecracker is told, in order; it boots at the last. `log_path` keeps its own words off the guest's serial line. */
export function bootRequests(guest: SerialGuest, size: { readonly vcpus: number; readonly ramMib: number }): readonly ApiRequest[] {
  return [
    { path: '/machine-config', body: { vcpu_count: size.vcpus, mem_size_mib: size.ramMib } },
    {
      path: '/boot-source',
      body: { kernel_image_path: guest.kernel, initrd_path: guest.initrd, boot_args: guest.kernelArguments },
    },
    { path: '/actions', body: { action_type: 'InstanceStart' } },
  ];
}

const POLL_MS = 1;

/**
 * Sends the requests to the API socket, the first as soon as it answers.
 * @throws BenchError `vmm-refused` with Firecracker's own words; `timeout`; `vmm-ended` when it is gone before it answered
 */
export async function sendAll(socketPath: string, requests: readonly ApiRequest[], gone: Promise<unknown>, limitNs: number): Promise<void> {
  let ended = false;
  gone.then(
    () => (ended = true),
    () => (ended = true),
  );
  const deadline = performance.now() + limitNs / 1e6;
  for (const one of requests) {
    for (;;) {
      const problem = await put(socketPath, one).catch(notYet);
      if (problem === undefined) break;
      if (ended) throw new BenchError({ code: 'vmm-ended', message: 'firecracker ended before its API answered' });
      if (performance.now() > deadline) throw timeoutError('answer of Firecracker’s API', limitNs);
      await pause(POLL_MS);
    }
  }
}

/** The socket is not there or not listening yet; anything else is an error. */
function notYet(error: unknown): 'not yet' {
  if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(codeOf(error))) return 'not yet';
  throw error;
}

async function put(socketPath: string, { path, body }: ApiRequest): Promise<undefined> {
  const text = JSON.stringify(body);
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'Content-Length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: 'PUT', headers }, (answer) => {
      let words = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
      answer.once('end', () => {
        if (answer.statusCode === 204) resolve(undefined);
        else
          reject(new BenchError({ code: 'vmm-refused', message: `firecracker refused PUT ${path}: ${answer.statusCode} ${words.trim()}` }));
      });
    });
    call.once('error', reject);
    call.end(text);
  });
}
