# One image for everything: `flash-sale serve`, `gateway`, `processor`, and the operator's commands.
#
#   docker build -t flash-sale-engine .
#   docker run -p 8080:8080 -v flash-sale-data:/data flash-sale-engine
# By its digest: --build-arg NODE_IMAGE=node@sha256:…
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/admin/package.json packages/admin/
COPY packages/archive/package.json packages/archive/
COPY packages/audit/package.json packages/audit/
COPY packages/cli/package.json packages/cli/
COPY packages/client/package.json packages/client/
COPY packages/domain/package.json packages/domain/
COPY packages/gateway/package.json packages/gateway/
COPY packages/infra/package.json packages/infra/
COPY packages/operations/package.json packages/operations/
COPY packages/pages/package.json packages/pages/
COPY packages/processor/package.json packages/processor/
COPY packages/webhooks/package.json packages/webhooks/
# Optional is only a second Node for machines with an old one, and what the Kafka client does in JavaScript without it.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
# More room for what lives as long as one order: it is gone before anybody has to collect it.
# By itself `serve` listens for the container alone.
ENV NODE_ENV=production DATA_DIR=/data NODE_OPTIONS=--max-semi-space-size=32 HTTP_HOST=0.0.0.0 METRICS_HOST=0.0.0.0
WORKDIR /app
RUN ln -s /app/packages/cli/bin/flash-sale.mjs /usr/local/bin/flash-sale \
  && mkdir -m 700 /data && chown node:node /data
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY lua lua
COPY packages packages
COPY docs/operations.md docs/
COPY deploy/health.mjs deploy/
# What Node compiles is kept for the next command in the container.
RUN mkdir node_modules/.cache && chown node:node node_modules/.cache
USER node
EXPOSE 8080 9090
# For the gateway and for everything in one process. A processor answers at METRICS_PORT, 9090.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=5 \
  CMD ["node", "deploy/health.mjs", "HTTP_PORT", "8080"]
# No shell in between: the signals of `docker stop` reach Node.
CMD ["flash-sale", "serve"]
