import { Agent, type IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { BenchError } from '../../core/model/error.ts';
import { apiError, engineLost } from './api-errors.ts';

/** How a container ended, as `wait` says, and when that was known here. */
export interface WaitResult {
  readonly atNs: number;
  readonly exitCode: number;
  readonly message: string | undefined;
}

/**
 * Connections that stay open between calls, so that connecting is in no number. docker-modem formats its request options for a debug message
 * on every call, wanted or not, agent and open sockets included (milliseconds); the short form costs it nothing.
 */
class QuietAgent extends Agent {
  [inspect.custom](): string {
    return 'QuietAgent';
  }
}

/** The calls of the Engine API the container runner makes, through dockerode. Failures are `BenchError`s (api-errors.ts). */
export class EngineApi implements Disposable {
  readonly #docker: Dockerode;
  readonly #agent: Agent;
  readonly #now: () => number;

  private constructor(docker: Dockerode, agent: Agent, now: () => number) {
    this.#docker = docker;
    this.#agent = agent;
    this.#now = now;
  }

  /** dockerode takes a good part of a second to load: only a run that uses it pays. */
  static async open(socketPath: string, now: () => number): Promise<EngineApi> {
    const { default: Docker } = await import('dockerode');
    const agent = new QuietAgent({ keepAlive: true });
    return new EngineApi(new Docker({ socketPath, agent } as Dockerode.DockerOptions), agent, now);
  }

  async info(): Promise<Record<string, unknown>> {
    return called('info', this.#docker.info());
  }

  async version(): Promise<Dockerode.DockerVersion> {
    return called('version', this.#docker.version());
  }

  async inspectImage(reference: string): Promise<Dockerode.ImageInspectInfo> {
    return called(`inspecting ${reference}`, this.#docker.getImage(reference).inspect());
  }

  /** The image as `docker save` writes it. */
  async saveImage(reference: string): Promise<NodeJS.ReadableStream> {
    return called(`saving ${reference}`, this.#docker.getImage(reference).get());
  }

  /** Loads an archive. @throws BenchError `image-load-failed` with what the engine said: it answers 200 before it tries */
  async loadImage(archivePath: string): Promise<void> {
    const progress = await called('loading an image', this.#docker.loadImage(archivePath, { quiet: true }));
    let said = '';
    for await (const chunk of progress) said += String(chunk);
    const failed = said.split('\n').find((line) => line.includes('"errorDetail"'));
    if (failed)
      throw new BenchError({
        code: 'image-load-failed',
        message: `the engine refuses ${archivePath}: ${failed.trim()}`,
      });
  }

  /** `platform`: `os/architecture` where the image is for another than the host’s (Wasm images) */
  async createContainer(body: Dockerode.ContainerCreateOptions, platform?: string): Promise<string> {
    const request = { _query: platform === undefined ? {} : { platform }, _body: body } as Dockerode.ContainerCreateOptions;
    return (await called('create', this.#docker.createContainer(request))).id;
  }

  /** The hijacked stream of a container's standard streams. Without a body: what is left of one could reach the program's stdin. */
  async attach(id: string, stdin: boolean): Promise<Duplex> {
    const query = { stream: 1, stdin: stdin ? 1 : 0, stdout: 1, stderr: 1 };
    return (await this.#dial('attach', `/containers/${id}/attach?`, query, true)) as Duplex;
  }

  /**
   * Resolves once the engine has registered the wait (it sends its headers then), with a promise of the exit. Called before `start`, so no
   * exit can be missed.
   */
  async waitNextExit(id: string): Promise<{ readonly exit: Promise<WaitResult> }> {
    const response = (await this.#dial('wait', `/containers/${id}/wait?`, { condition: 'next-exit' }, false)) as IncomingMessage;
    return { exit: this.#exitOf(response) };
  }

  async start(id: string): Promise<void> {
    await called('start', this.#docker.getContainer(id).start());
  }

  async inspectContainer(id: string): Promise<Dockerode.ContainerInspectInfo> {
    return called('inspect', this.#docker.getContainer(id).inspect());
  }

  /** Kills it if need be, and removes it with its anonymous volumes. A container that is gone already is no error. */
  async removeContainer(id: string): Promise<void> {
    try {
      await called('remove', this.#docker.getContainer(id).remove({ force: true, v: true }));
    } catch (error) {
      const status =
        error instanceof BenchError && error.cause instanceof Error && 'statusCode' in error.cause ? error.cause.statusCode : 0;
      if (status !== 404) throw error;
    }
  }

  async listContainers(label: string): Promise<readonly Dockerode.ContainerInfo[]> {
    return called('list', this.#docker.listContainers({ all: true, filters: { label: [label] } }));
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #exitOf(response: IncomingMessage): Promise<WaitResult> {
    return new Promise((resolve, reject) => {
      let atNs: number | undefined;
      let body = '';
      response.on('data', (chunk: Buffer) => {
        atNs ??= this.#now();
        body += chunk.toString('utf8');
      });
      response.on('error', (error) => reject(apiError('wait', error)));
      response.on('end', () => {
        if (atNs === undefined) return reject(engineLost('wait'));
        const { StatusCode, Error: problem } = JSON.parse(body) as {
          StatusCode: number;
          Error?: { Message: string } | null;
        };
        resolve({ atNs, exitCode: StatusCode, message: problem?.Message });
      });
    });
  }

  #dial(what: string, path: string, query: object, hijack: boolean): Promise<unknown> {
    const statusCodes = { 200: true, 404: 'no such container', 500: 'server error' };
    const options = {
      path,
      method: 'POST',
      isStream: true,
      hijack,
      statusCodes,
      options: { _query: query, _body: {} },
    };
    return new Promise((resolve, reject) => {
      this.#docker.modem.dial(options, (error: unknown, stream: unknown) => {
        if (error) reject(apiError(what, error));
        else resolve(stream);
      });
    });
  }
}

async function called<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw apiError(what, error);
  }
}
