# The minor is pinned, so that two builds of one commit run on the same Node; a newer one is a change of these three lines.
FROM node:24.21-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Dependencies have their own layer: the sources come later, so installing must not build yet.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM node:24.21-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data BASELINES_DIR=/data/baselines ARTIFACTS_DIR=/data/artifacts
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
RUN mkdir /data && chown 1000:1000 /data && ln -s /app/dist/cli/main.js /usr/local/bin/plumbline
# The user `node`, as a number, so that Kubernetes can check runAsNonRoot. Nothing of /app is its own: it writes to /data only.
USER 1000:1000
VOLUME /data
EXPOSE 8000
# On 0.0.0.0 the service does not start without an API key. Create the first one:
#   docker run --rm -v plumbline:/data plumbline plumbline keys create --scope admin
# or set AUTH=off where something else restricts access.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "dist/main.js"]
