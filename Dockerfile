# The native engine, the built program and its packages, brought together in an image without a compiler, whose process is
# run by an ordinary user, keeps everything it may not lose in one volume, and writes nowhere else. To try it:
#   docker build -t fabulist . && docker run -it --rm --read-only --tmpfs /tmp -v fabulist:/data fabulist
# A cluster of several such containers: compose.yaml and deploy/.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

# Apart from the program, so that a change to the program does not build the engine anew.
FROM packages AS engine
# Which versions Debian ships does not matter to what comes out: pip is told the exact file, and the addon is built against it.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends g++ python3 python3-pip && rm -rf /var/lib/apt/lists/*
ENV FABULIST_CACHE=/opt/fabulist
COPY src/errors.ts ./src/
COPY src/engine/native ./src/engine/native
RUN node --import tsx src/engine/native/install-process.ts

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-uncompiled.mjs ./scripts/
COPY src ./src
# Source maps are half of what the packages weigh, and nothing reads them there.
RUN npm run -s build && npm prune --omit=dev && find node_modules -name '*.map' -delete

FROM node:24-bookworm-slim
WORKDIR /app
# The port is for health and metrics; it listens within the container alone until METRICS_HOST says otherwise.
ENV NODE_ENV=production FABULIST_CACHE=/opt/fabulist FABULIST_DATA=/data METRICS_PORT=9464
COPY --from=engine /opt/fabulist /opt/fabulist
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY corpora/*.txt ./corpora/
# The user `node` of the base image, by its number.
RUN mkdir /data && chown 1000:1000 /data
USER 1000
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/index.js", "start"]
