import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { pathOf } from './problem.ts';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Remembers which methods each path has, so that a wrong method is not taken for a wrong path. */
export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>();

  add(route: string, methods: string | readonly string[]): void {
    const known = this.#paths.get(route) ?? { pattern: patternOf(route), methods: new Set() };
    for (const method of [methods].flat()) known.methods.add(method);
    this.#paths.set(route, known);
  }

  methodsOf(path: string): string[] {
    const methods = [...this.#paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    return [...new Set(methods)].sort();
  }
}

function patternOf(route: string): RegExp {
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}

/** 404, or 405 with `Allow` where the path exists under another method. */
export function refuseUnknownPaths(app: FastifyInstance, paths: KnownPaths): void {
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request);
    const methods = paths.methodsOf(path);
    if (methods.length === 0) throw new AppError('not_found', 'Nothing is served at this path; /docs lists what is.');
    reply.header('allow', methods.join(', '));
    throw new AppError('method_not_allowed', `This path takes ${methods.join(', ')}.`);
  });
}
