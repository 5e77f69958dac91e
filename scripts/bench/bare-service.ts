import fastify from 'fastify';

// A fastify that reads a body, parses it and answers: what HTTP alone costs. Usage: tsx scripts/bench/bare-service.ts PORT

const ANSWER = JSON.stringify({ accepted: 1, rejected: 0, duplicates: 0, errors: [] });

const app = fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/v1/ingest', (request, reply) => {
  JSON.parse((request.body as Buffer).toString());
  reply.type('application/json').send(ANSWER);
});
app.get('/readyz', (_request, reply) => reply.send('ok'));
process.once('SIGTERM', () => void app.close());
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
