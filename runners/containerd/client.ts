import type { Client, Metadata, MethodDefinition } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { BenchError, messageOf } from '../../core/model/error.ts';
import { CONTAINERD_API } from './api-description.ts';

/** Everything of ours in containerd lives in this namespace, invisible to Docker (`moby`) and Kubernetes (`k8s.io`). */
export const NAMESPACE = 'thirdwave';

/** gRPC status codes (grpc/status) that are answers, not failures. */
export const STATUS = { alreadyExists: 6, notFound: 5, failedPrecondition: 9 } as const;
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;

const CALL_LIMIT_MS = 20_000;
const CHUNK_BYTES = 1024 * 1024;
const ACTION = { write: 1, commit: 2 } as const;

type Method = MethodDefinition<object, object>;

interface Parts {
  readonly client: Client;
  readonly metadata: Metadata;
  readonly definition: PackageDefinition;
}

/** containerd's own API on its socket, without Docker and without `ctr`. Failures are `BenchError`s; `statusOf` tells which gRPC status was behind one. */
export class ContainerdClient implements Disposable {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The gRPC packages take a good part of a second to load: only a run that uses them pays. */
  static async open(socketPath: string): Promise<ContainerdClient> {
    const [grpc, { fromJSON }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
    const definition = fromJSON(CONTAINERD_API as unknown as Parameters<typeof fromJSON>[0], {
      keepCase: true,
      longs: Number,
      defaults: true,
    });
    const options = { 'grpc.enable_http_proxy': 0 };
    const client = new grpc.Client(`unix:${socketPath}`, grpc.credentials.createInsecure(), options);
    const metadata = new grpc.Metadata();
    metadata.set('containerd-namespace', NAMESPACE);
    return new ContainerdClient({ client, metadata, definition });
  }

  /** One call, e.g. `tasks.Tasks.Create`. `limitMs` undefined: no limit (an exit may take its time). @throws BenchError */
  async call<Answer>(name: string, request: object, limitMs: number | undefined = CALL_LIMIT_MS): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { client, metadata } = this.#parts;
    const options = limitMs === undefined ? {} : { deadline: Date.now() + limitMs };
    return new Promise<Answer>((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, (error, answer) => {
        if (error) reject(callError(name, error));
        else resolve(answer as Answer);
      });
    });
  }

  /** A wait without a limit. */
  async callForever<Answer>(name: string, request: object): Promise<Answer> {
    return this.call<Answer>(name, request, undefined);
  }

  /** A call that is answered by a stream; all of its messages. */
  async collect<Answer>(name: string, request: object): Promise<readonly Answer[]> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { client, metadata } = this.#parts;
    const deadline = Date.now() + CALL_LIMIT_MS;
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, { deadline });
    const answers: Answer[] = [];
    try {
      for await (const answer of stream) answers.push(answer as Answer);
    } catch (error) {
      throw callError(name, error);
    }
    return answers;
  }

  /** Puts a blob into the content store; one that is there already stays as it is. */
  async writeContent(digest: string, blob: Buffer, labels: Readonly<Record<string, string>>): Promise<void> {
    const name = 'content.Content.Write';
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { client, metadata } = this.#parts;
    const options = { deadline: Date.now() + CALL_LIMIT_MS };
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options);
    const head = { ref: `thirdwave-${digest}`, total: blob.length, expected: digest };
    const work = new Promise<void>((resolve, reject) => {
      stream.on('data', (answer: { readonly action: number }) => {
        if (answer.action === ACTION.commit) resolve();
      });
      stream.on('error', (error: unknown) => reject(callError(name, error)));
      stream.on('end', () => reject(callError(name, new Error('the stream ended before the blob was committed'))));
    });
    for (let offset = 0; offset < blob.length; offset += CHUNK_BYTES) {
      stream.write({ ...head, action: ACTION.write, offset, data: blob.subarray(offset, offset + CHUNK_BYTES) });
    }
    stream.write({ ...head, action: ACTION.commit, offset: blob.length, labels });
    try {
      await work;
    } catch (error) {
      if (statusOf(error) !== STATUS.alreadyExists) throw error;
    } finally {
      stream.end();
    }
  }

  [Symbol.dispose](): void {
    this.#parts.client.close();
  }

  #method(name: string): Method {
    const [folder = '', service = '', method = ''] = name.split('.');
    const found = (this.#parts.definition[`containerd.services.${folder}.v1.${service}`] as Record<string, Method> | undefined)?.[method];
    if (!found) throw new TypeError(`${name} is not described in api-description.ts`);
    return found;
  }
}

/** gRPC status behind an error of this client. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof BenchError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number' ? cause.code : undefined;
}

function callError(name: string, cause: unknown): BenchError {
  const status = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (status === UNAVAILABLE) {
    return new BenchError({
      code: 'engine-lost',
      message: `containerd went away during ${name} (${messageOf(cause)})`,
      remedy: 'see its log, start it again, then: thirdwave run --resume <run-id>',
      cause,
    });
  }
  if (status === DEADLINE_EXCEEDED) {
    return new BenchError({
      code: 'timeout',
      message: `containerd does not answer ${name}`,
      remedy: 'see containerd’s log for what it waits for (a shim that hangs on create)',
      cause,
    });
  }
  return new BenchError({ code: 'start-failed', message: `containerd, ${name}: ${messageOf(cause)}`, cause });
}
