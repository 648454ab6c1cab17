# Rendered by Sygaldry 0.1.0 from sygaldry.yaml (portable mode, inputs 3663489e058f); change that file and run `sygaldry render`.
# One stage a tool, so that stages build in parallel and a bump of one leaves the others cached.

FROM ubuntu:24.04 AS base
SHELL ["/bin/sh", "-eu", "-c"]
USER root
ENV LANG=C.UTF-8
COPY image/ host/mirrors* host/ca.crt* /usr/local/lib/sygaldry/image/
RUN /usr/local/lib/sygaldry/image/setup-base.sh

FROM base AS tool-python
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/python tar https://github.com/astral-sh/python-build-standalone/releases/download/20260814/cpython-3.13.15%2B20260814-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz aaca2af2ab4d7b68a712660d1334c0cfd5ec13c0312ccd30c29122d8d0342320 https://github.com/astral-sh/python-build-standalone/releases/download/20260814/cpython-3.13.15%2B20260814-aarch64-unknown-linux-gnu-install_only_stripped.tar.gz 985efd78c1c6521b379f7c64c2a25e6a1130f07441d1af8be441aa05260886aa

FROM base AS tool-rust
RUN /usr/local/lib/sygaldry/image/install-rust.sh /opt/tools/rust https://static.rust-lang.org/dist/rust-1.79.0-x86_64-unknown-linux-gnu.tar.gz 628efa8ef0658a7c4199883ee132281f19931448d3cfee4ecfd768898fe74c18 https://static.rust-lang.org/dist/rust-1.79.0-aarch64-unknown-linux-gnu.tar.gz f7d3b31581331b54af97cf3162e65b8c26c8aa14d42f71c1ce9adc1078ef54e5

FROM base AS tool-go
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/go tar https://go.dev/dl/go1.21.5.linux-amd64.tar.gz e2bc0b3e4b64111ec117295c088bde5f00eeed1567999ff77bc859d7df70078e https://go.dev/dl/go1.21.5.linux-arm64.tar.gz 841cced7ecda9b2014f139f5bab5ae31785f35399f236b8b3e75dff2a2978d96

FROM base AS tool-bazel
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/bazel/bin/bazelisk binary https://github.com/bazelbuild/bazelisk/releases/download/v1.29.0/bazelisk-linux-amd64 5a408715e932c0250d28bd84555f12edbf70117de42f9181691c736eacc4a992 https://github.com/bazelbuild/bazelisk/releases/download/v1.29.0/bazelisk-linux-arm64 e20e8b0f4f240091b7a55bf17b9398bd4f40ee70ae0208dff95dd4c445fb4010
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/bazel/bin/bazel-6.4.0 binary https://github.com/bazelbuild/bazel/releases/download/6.4.0/bazel-6.4.0-linux-x86_64 79e4f370efa6e31717b486af5d9efd95864d0ef13da138582224ac9b2a1bad86 https://github.com/bazelbuild/bazel/releases/download/6.4.0/bazel-6.4.0-linux-arm64 1df1147765ad4aa23d7f12045b8e8d21b47db40525de69c877ac49234bf2d22d

FROM base AS tool-spack
RUN /usr/local/lib/sygaldry/image/install-spack.sh https://github.com/spack/spack/releases/download/v1.1.0/spack-1.1.0.tar.gz 518474f546e87723c43b80143d83a51c065a8d54333c8140da6f48bc7d9e50c1 https://github.com/spack/spack-packages/archive/119680aeee8ea802c6111b7167583bddef97e82f.tar.gz aeda9424b679cbbbc338bc55fd93a95b9c2eb24a010d4ea701f0d60c416f4e28 'clingo==5.8.3 --hash=sha256:1cd18582cbc313c9e7e72ee57cfc809bc3a5cfeaf1716ce39e0a2dbc63dc1a07 --hash=sha256:574f0cda8a85b94ccd22288680db536f8102f6d8abe80e0b7630eb4cb76f05d5 --hash=sha256:cfef8ebf5044e2859d4b48b49d82f3b65fafd2f3255c92d473291990b3e3f488 --hash=sha256:f09f6bab469343ff46bd8c41a091ff29c69c85c30d1975cfd3a1bf6c3e7fc4fb --hash=sha256:f1a9073838dca752ad23a3ff3bc53a1ecf5bf0db946183420afc6cf3ee793922 --hash=sha256:f98f68cf691da5b33d7b8538ee7f2a09de3fe3c38ef31a99198f1f981933c20f' 'cffi==2.1.1 --hash=sha256:3311ed60d36f83378794e1009ac6258bafbf81f7888b4caa7b35a521e3f95813 --hash=sha256:34e261f78cb6ceaaa36f42f2613f4380d94d9c759a9c73c769ee6e0247364632 --hash=sha256:68e62fe11f30d5ca8289242866f0a5291402d8529ca2178ab8afc5c9694ae890 --hash=sha256:a931079504ecc49efed7744c476a5c343a92fabf66dec2db95edb1b2fdc770e2 --hash=sha256:c1453022f490d2459a11819d83ad1d586e9ff65a12ac3e705ffebd46d3685dcf --hash=sha256:f16c709686a78c727bbbf059f92b0bf41c6fc60deec706d2dc19f529175a6125' 'pycparser==3.12 --hash=sha256:a076f3f489b39b43ed13563a1dafe42447445bec2e294154ec5c57fcdda4c85e'

FROM base AS tool-uv
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/uv/bin tar https://github.com/astral-sh/uv/releases/download/0.13.0/uv-x86_64-unknown-linux-gnu.tar.gz 1468ebd5a5541121837c5a2817b9972ba6090fa6caa3d142620850a47fb75154 https://github.com/astral-sh/uv/releases/download/0.13.0/uv-aarch64-unknown-linux-gnu.tar.gz 3ccfb6af6e242433eb552f7d9676abd5412c6595c497e990d9c8cb7b5bd4d2c3

FROM base AS tool-node
RUN /usr/local/lib/sygaldry/image/install-archive.sh /opt/tools/node tar https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar.gz 6e1db87ef58b8819e5d5402eff1536491b18edd8eb7bee5ef7897876e88dc5ff https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-arm64.tar.gz 724282c3b43aec998aa9527380465b45d229e021b58035f5f4f63095eabfe5d5

FROM base AS dev
RUN /usr/local/lib/sygaldry/image/apt-install.sh \
    bash-completion \
    build-essential \
    ca-certificates \
    curl \
    debootstrap \
    file \
    gfortran \
    git \
    gnupg \
    less \
    openssh-client \
    patch \
    patchelf \
    pkg-config \
    procps \
    python3 \
    shellcheck \
    shfmt \
    sudo \
    unzip \
    xz-utils \
    zstd
RUN /usr/local/lib/sygaldry/image/setup-system.sh C.UTF-8 Etc/UTC
COPY --from=tool-python /opt/tools/python /opt/tools/python
COPY --from=tool-rust /opt/tools/rust /opt/tools/rust
COPY --from=tool-go /opt/tools/go /opt/tools/go
COPY --from=tool-bazel /opt/tools/bazel /opt/tools/bazel
COPY --from=tool-spack /opt/spack_src /opt/spack_src
COPY --from=tool-spack /opt/spack_packages /opt/spack_packages
COPY --from=tool-spack /opt/spack_solver /opt/spack_solver
COPY --from=tool-spack /opt/spack_cache /opt/spack_cache
COPY --from=tool-uv /opt/tools/uv /opt/tools/uv
COPY --from=tool-node /opt/tools/node /opt/tools/node
RUN ln -s ../lib/sygaldry/runtime/bazel.sh /usr/local/bin/bazel
ENV LANG="C.UTF-8" \
    TZ="Etc/UTC" \
    SYGALDRY_USER="kvothe" \
    SYGALDRY_SPACK_VIEW="/opt/spack_store/view" \
    HF_HOME="/opt/hf_cache" \
    SYGALDRY_BAZEL_VERSION="6.4.0" \
    BAZELISK_HOME="/opt/bazel_cache/bazelisk" \
    SPACK_ROOT="/opt/spack_src" \
    SPACK_PYTHON="/opt/spack_solver/bin/python" \
    UV_CACHE_DIR="/opt/bazel_cache/uv" \
    HF_HUB_VERSION="2.4.0" \
    SYGALDRY_PATH=/opt/tools/python/bin:/opt/tools/rust/bin:/opt/tools/go/bin:/opt/spack_src/bin:/opt/tools/uv/bin:/opt/tools/node/bin \
    PATH=/opt/tools/python/bin:/opt/tools/rust/bin:/opt/tools/go/bin:/opt/spack_src/bin:/opt/tools/uv/bin:/opt/tools/node/bin:$PATH
COPY host/user* image/create-user.sh /usr/local/lib/sygaldry/image/
RUN /usr/local/lib/sygaldry/image/place-user.sh kvothe host /home/kvothe true
COPY runtime/ /usr/local/lib/sygaldry/runtime/
RUN /usr/local/lib/sygaldry/image/setup-runtime.sh kvothe LANG TZ SYGALDRY_USER SYGALDRY_SPACK_VIEW HF_HOME SYGALDRY_BAZEL_VERSION BAZELISK_HOME SPACK_ROOT SPACK_PYTHON UV_CACHE_DIR HF_HUB_VERSION SYGALDRY_PATH
LABEL org.opencontainers.image.title="sygaldry" \
      org.opencontainers.image.base.name="ubuntu:24.04" \
      dev.sygaldry.version="0.1.0" \
      dev.sygaldry.project="sygaldry" \
      dev.sygaldry.tool.python="3.13.15" \
      dev.sygaldry.tool.rust="1.79.0" \
      dev.sygaldry.tool.go="1.21.5" \
      dev.sygaldry.tool.bazel="6.4.0" \
      dev.sygaldry.tool.spack="1.1.0 with packages v2025.11.0" \
      dev.sygaldry.tool.uv="0.13.0" \
      dev.sygaldry.tool.node="24.21.0" \
      dev.sygaldry.image="3663489e058f2c16aec2de376854c7d723e309127d3f3103b17a2bee0945b2ff" \
      dev.sygaldry.inputs="eyJpbWFnZSI6eyJhcHQuYmFzaC1jb21wbGV0aW9uIjoiIiwiYXB0LmJ1aWxkLWVzc2VudGlhbCI6IiIsImFwdC5jYS1jZXJ0aWZpY2F0ZXMiOiIiLCJhcHQuY3VybCI6IiIsImFwdC5kZWJvb3RzdHJhcCI6IiIsImFwdC5maWxlIjoiIiwiYXB0Lmdmb3J0cmFuIjoiIiwiYXB0LmdpdCI6IiIsImFwdC5nbnVwZyI6IiIsImFwdC5sZXNzIjoiIiwiYXB0Lm9wZW5zc2gtY2xpZW50IjoiIiwiYXB0LnBhdGNoIjoiIiwiYXB0LnBhdGNoZWxmIjoiIiwiYXB0LnBrZy1jb25maWciOiIiLCJhcHQucHJvY3BzIjoiIiwiYXB0LnB5dGhvbjMiOiIiLCJhcHQuc2hlbGxjaGVjayI6IiIsImFwdC5zaGZtdCI6IiIsImFwdC5zdWRvIjoiIiwiYXB0LnVuemlwIjoiIiwiYXB0Lnh6LXV0aWxzIjoiIiwiYXB0LnpzdGQiOiIiLCJiYXNlIjoidWJ1bnR1OjI0LjA0IiwiaW1hZ2UuZW52LkJBWkVMSVNLX0hPTUUiOiIvb3B0L2JhemVsX2NhY2hlL2JhemVsaXNrIiwiaW1hZ2UuZW52LkhGX0hPTUUiOiIvb3B0L2hmX2NhY2hlIiwiaW1hZ2UuZW52LkhGX0hVQl9WRVJTSU9OIjoiMi40LjAiLCJpbWFnZS5lbnYuTEFORyI6IkMuVVRGLTgiLCJpbWFnZS5lbnYuU1BBQ0tfUFlUSE9OIjoiL29wdC9zcGFja19zb2x2ZXIvYmluL3B5dGhvbiIsImltYWdlLmVudi5TUEFDS19ST09UIjoiL29wdC9zcGFja19zcmMiLCJpbWFnZS5lbnYuU1lHQUxEUllfQkFaRUxfVkVSU0lPTiI6IjYuNC4wIiwiaW1hZ2UuZW52LlNZR0FMRFJZX1NQQUNLX1ZJRVciOiIvb3B0L3NwYWNrX3N0b3JlL3ZpZXciLCJpbWFnZS5lbnYuU1lHQUxEUllfVVNFUiI6Imt2b3RoZSIsImltYWdlLmVudi5UWiI6IkV0Yy9VVEMiLCJpbWFnZS5lbnYuVVZfQ0FDSEVfRElSIjoiL29wdC9iYXplbF9jYWNoZS91diIsImxvY2FsZSI6IkMuVVRGLTgiLCJ0aW1lem9uZSI6IkV0Yy9VVEMiLCJ0b29scy5iYXplbCI6IjYuNC4wIiwidG9vbHMuZ28iOiIxLjIxLjUiLCJ0b29scy5ub2RlIjoiMjQuMjEuMCIsInRvb2xzLnB5dGhvbiI6IjMuMTMuMTUiLCJ0b29scy5ydXN0IjoiMS43OS4wIiwidG9vbHMuc3BhY2siOiIxLjEuMCB3aXRoIHBhY2thZ2VzIHYyMDI1LjExLjAiLCJ0b29scy51diI6IjAuMTMuMCIsInVzZXIuaWRzIjoiaG9zdCIsInVzZXIubmFtZSI6Imt2b3RoZSIsInVzZXIuc3VkbyI6InRydWUiLCJjb250YWluZXIvZW50cnlwb2ludHMvZGVmYXVsdC5zaCI6IjZmMWY3Y2ZhZjAwYyIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9oZi1kb3dubG9hZC5zaCI6ImEwN2UxZjc3ZTI5NiIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9saWIuc2giOiJhMmQ0OTcxZjgxMzMiLCJjb250YWluZXIvZW50cnlwb2ludHMvcnVuLWpvYi5zaCI6IjIxODcyYzZmODkyYiIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9zcGFjay1idWlsZC5zaCI6Ijk4ODkxNDc1NDQ4MiIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9zcGFjay1pbnN0YWxsLnNoIjoiMWUwOWRiYmQzNmMxIiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL3NwYWNrLWxpYi5zaCI6IjJhNzZmNzRmZWM2OSIsImNvbnRhaW5lci9lbnRyeXBvaW50cy91di1pbnN0YWxsLnNoIjoiMzhhMjA4OWI3NzA4IiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL3ZlcmlmeS1ncHUuc2giOiI2YWUyOGU0M2VkYzEiLCJjb250YWluZXIvaW1hZ2UvYXB0LWluc3RhbGwuc2giOiI1YWE2NzkxMzQxMzkiLCJjb250YWluZXIvaW1hZ2UvY3JlYXRlLXVzZXIuc2giOiJlY2I4NDA2NmQ1MzQiLCJjb250YWluZXIvaW1hZ2UvZmV0Y2guc2giOiJjOWFjZTgwNDQ5MjciLCJjb250YWluZXIvaW1hZ2UvaW5zdGFsbC1hcmNoaXZlLnNoIjoiMTc0MWQ5OTI1NTcyIiwiY29udGFpbmVyL2ltYWdlL2luc3RhbGwtcnVzdC5zaCI6ImMyZDQ0NzA0MjI3YSIsImNvbnRhaW5lci9pbWFnZS9pbnN0YWxsLXNwYWNrLnNoIjoiYTFlMDE3YjEyMTA2IiwiY29udGFpbmVyL2ltYWdlL2luc3RhbGwtdXYuc2giOiIxMDIyNDE4ZGFiMGYiLCJjb250YWluZXIvaW1hZ2UvcGxhY2UtdXNlci5zaCI6ImQ4MmE4ZTA1MDNmNCIsImNvbnRhaW5lci9pbWFnZS9zZXR1cC1iYXNlLnNoIjoiZjYyMWUzMjE2ZmM0IiwiY29udGFpbmVyL2ltYWdlL3NldHVwLWNvbW1hbmQuc2giOiI1NDk3MTFkMGY0ODgiLCJjb250YWluZXIvaW1hZ2Uvc2V0dXAtcnVudGltZS5zaCI6IjFmNTcwZWRjYmM2OCIsImNvbnRhaW5lci9pbWFnZS9zZXR1cC1zeXN0ZW0uc2giOiI5ZmZkMjkzZTVjZjEiLCJjb250YWluZXIvcnVudGltZS9iYXplbC5iYXplbHJjIjoiMDdmZmI5YWFkMDNmIiwiY29udGFpbmVyL3J1bnRpbWUvYmF6ZWwuc2giOiJhZTcxZGE1NWQ3ZWEiLCJjb250YWluZXIvcnVudGltZS9zaGVsbC9zeWdhbGRyeS5zaCI6IjkwOTdkNjFiYjliYSIsImNvbnRhaW5lci9ydW50aW1lL3N0YXJ0LnNoIjoiM2I4MWRiMmI3YTlhIiwiY29udGFpbmVyL3J1bnRpbWUvd2l0aC1zZWNyZXRzLnNoIjoiOTNiMDBjYTI0N2FlIiwiRG9ja2VyZmlsZSI6IjRiNDI0ODc0OTY1MSJ9fQ"
ENTRYPOINT ["/usr/local/lib/sygaldry/runtime/start.sh"]
CMD ["sleep", "infinity"]
