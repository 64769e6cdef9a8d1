import { connect, type Socket } from 'node:net';
import { BenchError, messageOf } from '../../core/model/error.ts';

/** What native/vm-init takes for end of file; any other byte goes to the program. */
const END_OF_FILE = Uint8Array.of(4);

/** The guest's second serial port: a socket of QEMU's that passes bytes to the held program's stdin. One connection, made when first needed. */
export class GuestControl {
  readonly #path: string;
  #socket: Promise<Socket> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves once QEMU's socket has the bytes. @throws BenchError `ended` where it is gone */
  async send(bytes: Uint8Array): Promise<void> {
    const socket = await this.#connected();
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(gone(error)) : resolve()));
    });
  }

  /** Closes the program's stdin. A guest that is gone has no socket; its exit tells the rest. */
  async endInput(): Promise<void> {
    await this.send(END_OF_FILE).catch(() => {});
  }

  async close(): Promise<void> {
    (await this.#socket?.catch(() => undefined))?.destroy();
  }

  #connected(): Promise<Socket> {
    this.#socket ??= new Promise((resolve, reject) => {
      const socket = connect(this.#path, () => resolve(socket));
      socket.on('error', (error) => reject(gone(error)));
    });
    return this.#socket;
  }
}

function gone(error: unknown): BenchError {
  return new BenchError({ code: 'ended', message: `QEMU’s control socket: ${messageOf(error)}`, cause: error });
}
