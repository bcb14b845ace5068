# Two ways to one image.
# `cargo xtask image` builds the target `prebuilt` from a build on this machine, and needs no registry.
# `docker build .` or `docker-compose build` compiles in the Rust image.

FROM debian:bookworm-slim AS runtime
WORKDIR /kamodo
EXPOSE 60000
ENTRYPOINT ["kamodo-rpc"]
CMD ["serve", "kamodo_rpc.yaml", "--host", "0.0.0.0", "--port", "60000"]

FROM runtime AS prebuilt
COPY kamodo-rpc /usr/local/bin/

FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package kamodo-host

FROM runtime
COPY --from=build /src/target/release/kamodo-rpc /usr/local/bin/
