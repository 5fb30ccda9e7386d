import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FabulistError } from '../../errors.ts';

/** Ports tried after the first. */
const TRIES = 50;

/** Listens on the port or the next free one, and resolves to it. Throws `usage` where the address is not this machine's. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  for (let next = port; ; next++) {
    try {
      return await listenOn(server, host, next);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Below 1024 a port may be another user's to open.
      const taken = code === 'EADDRINUSE' || code === 'EACCES';
      if (taken && next < port + TRIES && next < 65_535) continue;
      const sentence = taken
        ? `No port from ${port} to ${next} is free: set PORT to another one.`
        : `HOST is ${host}, which is no address of this machine: set it to 127.0.0.1, or to one that it has.`;
      throw new FabulistError('usage', sentence, { cause: error });
    }
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
