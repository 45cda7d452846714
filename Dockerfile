# syntax=docker/dockerfile:1
# No Docker engine was at hand where this project is tested, so tests/run does not build this image.
#
#   docker build -t msp-api .
#   docker run --rm -p 8080:8080 -v msp-data:/data msp-api

# This image has the C compiler, make and full perl that the vendored OpenSSL is built with.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY src src
COPY migrations migrations
COPY openapi openapi
# Cargo compares times: a fresh file must be newer than what is in the cached target folder.
# The program is copied out because the cache mount is not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target,sharing=locked \
    touch src/lib.rs src/main.rs \
    && cargo build --locked --release --bin msp-api \
    && cp target/release/msp-api /usr/local/bin/msp-api

FROM debian:bookworm-slim
# With a fixed uid, a volume keeps its owner, and Kubernetes can check runAsNonRoot.
RUN groupadd --gid 10001 msp \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin msp \
    && install -d -o msp -g msp -m 0700 /data
# For PostgreSQL over TLS: ?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/local/bin/msp-api /usr/local/bin/msp-api
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV DATABASE_URL=sqlite:/data/msp.db
# Each thread would keep memory that it used once for itself.
ENV MALLOC_ARENA_MAX=2
EXPOSE 8080
# The slim image has no curl. Asks MSP_BIND, or 127.0.0.1:8080.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["msp-api", "health"]
ENTRYPOINT ["msp-api"]
CMD ["serve", "--bind", "0.0.0.0:8080"]
