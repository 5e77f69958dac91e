import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppError } from '../core/errors.ts';
import { SECOND_MS } from '../core/time/window.ts';
import { answerSocket } from './problem/problem.ts';
import { requestIdOf } from './request-id.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on new work is refused with 503, and each answer closes its connection; what runs is finished. `close()` starts it too. */
    drain(): void;
    readonly isDraining: boolean;
  }
}

/** Half of the time that the process has to stop: a request that has not arrived by then is given up. */
const ARRIVAL_MS = 5 * SECOND_MS;
const DRAIN_RETRY_SECONDS = 5;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers that are on their way say `Connection: close` too, or `close()` would wait for their idle sockets. */
export function addDraining(app: FastifyInstance, log: Logger): () => boolean {
  const connections = watchConnections(app);
  let isDraining = false;
  let timer: NodeJS.Timeout | undefined;
  const drain = () => {
    isDraining = true;
    timer ??= setTimeout(() => endUnarrived(connections, log), ARRIVAL_MS);
  };
  app.decorate('drain', drain);
  app.decorate('isDraining', { getter: () => isDraining });
  app.addHook('preClose', (done) => {
    drain();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearTimeout(timer);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('connection', 'close');
    done();
  });
  return () => isDraining;
}

/** Why new work is refused. */
export function shuttingDown(): AppError {
  const detail = 'This process is stopping. Send the request again.';
  return new AppError('shutting_down', detail, { retryAfterSeconds: DRAIN_RETRY_SECONDS });
}

/** All open connections, each with its latest request. */
function watchConnections(app: FastifyInstance): ReadonlyMap<Socket, Exchange | undefined> {
  const connections = new Map<Socket, Exchange | undefined>();
  app.server.on('connection', (socket: Socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    connections.set(request.socket, { request, response });
  });
  return connections;
}

/** The server waits for each of them for as long as it may take to arrive, which is a minute. */
function endUnarrived(connections: ReadonlyMap<Socket, Exchange | undefined>, log: Logger): void {
  for (const [socket, exchange] of connections) {
    const isIdle = exchange?.response.writableFinished === true || (exchange === undefined && socket.bytesRead === 0);
    if (exchange?.request.complete === true && !isIdle) continue;
    if (isIdle || exchange?.response.headersSent === true) socket.destroySoon();
    else
      answerSocket(socket, shuttingDown(), {
        requestId: exchange === undefined ? randomUUID() : requestIdOf(exchange.request),
        log,
      });
  }
}
