import { describe, expect, it } from 'vitest';
import { BenchError } from '../../core/model/error.ts';
import { apiError } from './api-errors.ts';

const http = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });
const socket = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('a failing Engine API call', () => {
  it.each([
    ['engine-lost', socket('ECONNREFUSED')],
    ['engine-lost', socket('ENOENT')],
    ['engine-lost', new Error('socket hang up')],
    ['engine-lost', new Error('aborted')],
    ['image-missing', http(404, '(HTTP code 404) no such container - No such image: nothere:1 ')],
    ['runtime-missing', http(400, '(HTTP code 400) unexpected - unknown or invalid runtime name: crun ')],
    [
      'runtime-missing',
      http(
        500,
        'failed to start shim: failed to resolve runtime path: runtime "io.containerd.x.v1" binary not installed "containerd-shim-x-v1": file does not exist',
      ),
    ],
    [
      'runtime-missing',
      http(
        400,
        'failed to create task: OCI runtime create failed: unable to retrieve OCI runtime error (open log.json: no such file or directory): fork/exec /usr/bin/nothere: no such file or directory',
      ),
    ],
    ['start-failed', http(500, '(HTTP code 500) server error - exec: "/workload": permission denied ')],
    ['start-failed', http(404, 'ENOENT aborted')],
  ])('is %s', (code, error) => {
    const ours = apiError('start', error);
    expect(ours.code).toBe(code);
    expect(ours.message).toContain('start');
    expect(ours.cause).toBe(error);
  });

  it('stays what it is when it is one of ours already', () => {
    const error = new BenchError({ code: 'timeout', message: 'x' });
    expect(apiError('start', error)).toBe(error);
  });
});
