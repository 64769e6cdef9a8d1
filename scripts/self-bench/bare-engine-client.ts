import { connect, type Socket } from 'node:net';

/**
 * The container runner's sequence of Engine API calls on bare sockets, with no client library: what the calls themselves cost. Every call has
 * its own connection, as `curl --unix-socket` would have.
 */
export class BareEngineClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Seconds from the create call to the first byte of the program's output; the container is removed before this resolves. */
  async coldStartSeconds(body: unknown): Promise<number> {
    const t0 = process.hrtime.bigint();
    const created = await this.#call('POST', '/containers/create', body);
    const id = (JSON.parse(created) as { Id: string }).Id;
    const attached = await this.#attach(id);
    const firstByte = new Promise<bigint>((resolve) => attached.once('data', () => resolve(process.hrtime.bigint())));
    const exited = this.#call('POST', `/containers/${id}/wait?condition=next-exit`);
    await this.#call('POST', `/containers/${id}/start`);
    const t1 = await firstByte;
    await exited;
    attached.destroy();
    await this.#call('DELETE', `/containers/${id}?force=true`);
    return Number(t1 - t0) / 1e9;
  }

  async #call(method: string, path: string, body?: unknown): Promise<string> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const type = payload === '' ? '' : 'Content-Type: application/json\r\n';
    const head = `${method} ${path} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n${type}Content-Length: ${Buffer.byteLength(payload)}\r\n\r\n`;
    const socket = connect(this.#socketPath);
    socket.write(head + payload);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks).toString('utf8');
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    const content = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    if (!(status >= 200 && status < 300)) throw new Error(`${method} ${path}: ${status} ${content}`);
    return /\r\nTransfer-Encoding: chunked/i.test(answer) ? unchunked(content) : content;
  }

  /** A hijacked stream, positioned behind the response's head. */
  async #attach(id: string): Promise<Socket> {
    const socket = connect(this.#socketPath);
    const path = `/containers/${id}/attach?stream=1&stdout=1&stderr=1`;
    socket.write(`POST ${path} HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (chunk: Buffer) => {
        const head = chunk.toString('latin1');
        if (/^HTTP\/1\.1 (101|200)/.test(head) && head.endsWith('\r\n\r\n')) resolve();
        else reject(new Error(`attach: ${head.split('\r\n')[0] ?? ''}`));
      });
    });
    return socket;
  }
}

function unchunked(content: string): string {
  let rest = content;
  let whole = '';
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (!(size > 0)) return whole;
    whole += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
  }
}
