# Two images from one build: `hub`, the default, and `spin`, which runs the same component in a Spin runtime.
#
#   docker build --tag gitea.coulomb.social/coulomb/reuse-surface:0.1.0 .
#   docker build --target spin --tag gitea.coulomb.social/coulomb/reuse-surface:0.1.0-spin .
#
# docs/deploy/README.md says how to build, check and push them by hand.

ARG RUST_IMAGE=docker.io/library/rust:1.95-bookworm
ARG HUB_BASE=gcr.io/distroless/cc-debian13:nonroot
ARG SPIN_BASE=ghcr.io/spinframework/spin:v4.1.0-distroless
# `prebuilt` takes dist/ as it is instead of compiling: for tests, and for machines that have already built it.
ARG ARTIFACTS=compiled

FROM ${RUST_IMAGE} AS compiled
ARG CYCLONEDX=0.5.9
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo install --locked cargo-cyclonedx --version ${CYCLONEDX}
WORKDIR /src
COPY . .
# One step, since the contents of a cache mount are gone after it.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo xtask build --release && \
    mkdir -p /dist/sbom /dist/data && \
    cp target/release/reuse-surface target/wasm32-wasip2/release/hub_component.wasm /dist/ && \
    strip /dist/reuse-surface && \
    cargo cyclonedx --format json --spec-version 1.5 --describe binaries && \
    cp cli/reuse-surface_bin.cdx.json /dist/sbom/reuse-surface.cdx.json && \
    cargo cyclonedx --format json --spec-version 1.5 --describe binaries --target wasm32-wasip2 && \
    cp hub-component/hub_component_cdylib-rlib.cdx.json /dist/sbom/hub-component.cdx.json

FROM scratch AS prebuilt
COPY dist/ /dist/

FROM ${ARTIFACTS} AS artifacts

FROM ${SPIN_BASE} AS spin
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="reuse-surface under Spin" \
      org.opencontainers.image.description="The federation hub for capability indexes in a Spin runtime" \
      org.opencontainers.image.source="https://gitea.coulomb.social/coulomb/reuse-surface" \
      org.opencontainers.image.documentation="https://gitea.coulomb.social/coulomb/reuse-surface/src/branch/main/docs/deploy/README.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY spin.toml deploy/spin/runtime-config.toml /app/
COPY --from=artifacts /dist/hub_component.wasm /app/target/wasm32-wasip2/release/hub_component.wasm
# Named one by one, so that the build fails if one is missing.
COPY --from=artifacts /dist/sbom/reuse-surface.cdx.json /dist/sbom/hub-component.cdx.json /usr/share/sbom/
COPY --from=artifacts --chown=65532:65532 /dist/data /data
# Spin unpacks the application into the temporary folder: mount one where the root file system is read-only. It keeps compiled
# components, which take seconds to compile, on the volume.
ENV HOME=/tmp \
    XDG_CACHE_HOME=/data/.cache
USER 65532:65532
VOLUME ["/data"]
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/spin"]
# Spin has no time limit by default; this one has to leave room for what a request does after its response. Instances are kept longer
# than Spin's default of a second, for what they have rendered.
CMD ["up", "--from", "/app/spin.toml", "--listen", "[::]:8080", "--runtime-config-file", "/app/runtime-config.toml", \
     "--request-timeout", "120s", "--max-instance-reuse-count", "10000", "--idle-instance-timeout", "60s"]

FROM ${HUB_BASE} AS hub
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="reuse-surface" \
      org.opencontainers.image.description="The federation hub for capability indexes, and its command line" \
      org.opencontainers.image.source="https://gitea.coulomb.social/coulomb/reuse-surface" \
      org.opencontainers.image.documentation="https://gitea.coulomb.social/coulomb/reuse-surface/src/branch/main/docs/deploy/README.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=artifacts /dist/reuse-surface /usr/local/bin/reuse-surface
COPY --from=artifacts /dist/sbom/reuse-surface.cdx.json /dist/sbom/hub-component.cdx.json /usr/share/sbom/
COPY --from=artifacts --chown=65532:65532 /dist/data /data
ENV REUSE_SURFACE_LISTEN=[::]:8080 \
    REUSE_SURFACE_DATA_DIR=/data
USER 65532:65532
VOLUME ["/data"]
EXPOSE 8080
# Not `hub status`: a failing source is no reason to restart a hub.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["reuse-surface", "--base-url", "http://127.0.0.1:8080", "--quiet", "hub", "health"]
ENTRYPOINT ["reuse-surface"]
CMD ["serve", "--log-format", "json"]
