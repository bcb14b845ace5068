# Two ways to one image.
# `cargo xtask image` builds the target `prebuilt` from a build on this machine, and needs no registry.
# `docker build .` or `docker-compose build` compiles in the Rust image.

FROM debian:bookworm-slim AS runtime
WORKDIR /kamodo
EXPOSE 60000
ENTRYPOINT ["kamodo-rpc"]
CMD ["serve", "kamodo_rpc.yaml", "--host", "0.0.0.0", "--port", "60000", "--plugins", "/usr/local/lib/kamodo"]

FROM runtime AS prebuilt
COPY kamodo-rpc /usr/local/bin/
COPY plugins/ /usr/local/lib/kamodo/

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package kamodo-host --package kamodo-plugin-magnetopause

FROM runtime
COPY --from=build /src/target/release/kamodo-rpc /usr/local/bin/
COPY --from=build /src/target/release/libkamodo_plugin_magnetopause.so /usr/local/lib/kamodo/
