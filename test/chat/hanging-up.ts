import { once } from 'node:events';
import { createServer } from 'node:net';

/** Hangs up on whoever comes to a port; resolves once so many came after one another, and gives the port back. */
export async function hangUpOn(port: number, times: number): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  for (let count = 0; count < times; count++) await once(server, 'connection');
  server.close();
  await once(server, 'close');
}
