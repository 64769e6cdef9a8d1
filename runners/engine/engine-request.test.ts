import { describe, expect, it } from 'vitest';
import { codeOf } from '../../core/model/error.ts';
import { hostSocketPath, readEngineInfo } from './engine-request.ts';

describe('finding the user’s engine', () => {
  it('follows DOCKER_HOST where it names a unix socket, and Docker’s default place without it', () => {
    expect(hostSocketPath({ DOCKER_HOST: 'unix:///a/b.sock' })).toBe('/a/b.sock');
    expect(hostSocketPath({})).toBe('/var/run/docker.sock');
    expect(hostSocketPath({ DOCKER_HOST: '' })).toBe('/var/run/docker.sock');
  });

  it('uses no engine on another machine: its clock and its cgroups are not ours', () => {
    expect(hostSocketPath({ DOCKER_HOST: 'tcp://10.0.0.1:2375' })).toBeUndefined();
  });

  it('says that nothing answers where there is no socket', async () => {
    const error: unknown = await readEngineInfo('/nowhere.sock', 100, new AbortController().signal).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('engine-unavailable');
  });
});
