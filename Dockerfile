# syntax=docker/dockerfile:1

# The image of every program:
#   docker build --target todo-server .
# and likewise comments-server, todo-bot and todo.

ARG RUST_VERSION=1.95
ARG DEBIAN=bookworm

FROM rust:${RUST_VERSION}-slim-${DEBIAN} AS chef
# Builds the dependencies from a recipe of the manifests alone, so that their layer outlives every change of our code.
# Cache mounts would do that on one machine, but not where layers are all that is kept, as in most CI.
RUN cargo install cargo-chef --locked --version 0.1.78
WORKDIR /src

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
# `dev` builds sooner and runs slower; see docker-compose.dev.yml.
ARG PROFILE=dist
COPY --from=plan /src/recipe.json recipe.json
RUN cargo chef cook --locked --profile ${PROFILE} --recipe-path recipe.json \
        --package todo-server --package comments-server --package todo-bot --package todo-cli
COPY . .
RUN cargo build --locked --profile ${PROFILE} \
        --package todo-server --package comments-server --package todo-bot --package todo-cli \
    && install -D --target-directory /programs \
        $(for program in todo-server comments-server todo-bot todo; do echo target/*/${program}; done)

FROM debian:${DEBIAN}-slim AS runtime
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 todo \
    && useradd --uid 10001 --gid todo --no-create-home --home-dir /data --shell /usr/sbin/nologin todo \
    && install --directory --owner todo --group todo --mode 700 /data /config
ENV TODO_DATA_DIR=/data TODO_CONFIG_DIR=/config LOG_FORMAT=json
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data

FROM runtime AS todo-bot
COPY --from=build /programs/todo-bot /usr/local/bin/
ENTRYPOINT ["todo-bot"]

FROM runtime AS todo
COPY --from=build /programs/todo /usr/local/bin/
ENTRYPOINT ["todo"]

FROM runtime AS comments-server
COPY --from=build /programs/comments-server /usr/local/bin/
ENV COMMENTS_SERVER_LISTEN=0.0.0.0:8001
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["comments-server", "health"]
ENTRYPOINT ["comments-server"]

FROM runtime AS todo-server
COPY --from=build /programs/todo-server /usr/local/bin/
ENV TODO_SERVER_LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["todo-server", "health"]
ENTRYPOINT ["todo-server"]
