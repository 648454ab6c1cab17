# Rendered by Sygaldry 0.1.0 from sygaldry.yaml (portable mode, inputs c3d752c65271); change that file and run `sygaldry render`.
# One stage a tool, so that stages build in parallel and a bump of one leaves the others cached.

FROM ubuntu:24.04 AS base
SHELL ["/bin/sh", "-eu", "-c"]
USER root
ENV DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
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
    SYGALDRY_WORKSPACE="/workspace" \
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
RUN /usr/local/lib/sygaldry/image/setup-runtime.sh kvothe
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
      dev.sygaldry.image="c3d752c6527191247391c13f6b6c7bf08bd65d55e299463aab39ce8a7ec2f4a9" \
      dev.sygaldry.inputs="eyJpbWFnZSI6eyJhcHQuYmFzaC1jb21wbGV0aW9uIjoiIiwiYXB0LmJ1aWxkLWVzc2VudGlhbCI6IiIsImFwdC5jYS1jZXJ0aWZpY2F0ZXMiOiIiLCJhcHQuY3VybCI6IiIsImFwdC5kZWJvb3RzdHJhcCI6IiIsImFwdC5maWxlIjoiIiwiYXB0Lmdmb3J0cmFuIjoiIiwiYXB0LmdpdCI6IiIsImFwdC5nbnVwZyI6IiIsImFwdC5sZXNzIjoiIiwiYXB0Lm9wZW5zc2gtY2xpZW50IjoiIiwiYXB0LnBhdGNoIjoiIiwiYXB0LnBhdGNoZWxmIjoiIiwiYXB0LnBrZy1jb25maWciOiIiLCJhcHQucHJvY3BzIjoiIiwiYXB0LnB5dGhvbjMiOiIiLCJhcHQuc2hlbGxjaGVjayI6IiIsImFwdC5zaGZtdCI6IiIsImFwdC5zdWRvIjoiIiwiYXB0LnVuemlwIjoiIiwiYXB0Lnh6LXV0aWxzIjoiIiwiYXB0LnpzdGQiOiIiLCJiYXNlIjoidWJ1bnR1OjI0LjA0IiwiaW1hZ2UuZW52LkJBWkVMSVNLX0hPTUUiOiIvb3B0L2JhemVsX2NhY2hlL2JhemVsaXNrIiwiaW1hZ2UuZW52LkhGX0hPTUUiOiIvb3B0L2hmX2NhY2hlIiwiaW1hZ2UuZW52LkhGX0hVQl9WRVJTSU9OIjoiMi40LjAiLCJpbWFnZS5lbnYuTEFORyI6IkMuVVRGLTgiLCJpbWFnZS5lbnYuU1BBQ0tfUFlUSE9OIjoiL29wdC9zcGFja19zb2x2ZXIvYmluL3B5dGhvbiIsImltYWdlLmVudi5TUEFDS19ST09UIjoiL29wdC9zcGFja19zcmMiLCJpbWFnZS5lbnYuU1lHQUxEUllfQkFaRUxfVkVSU0lPTiI6IjYuNC4wIiwiaW1hZ2UuZW52LlNZR0FMRFJZX1NQQUNLX1ZJRVciOiIvb3B0L3NwYWNrX3N0b3JlL3ZpZXciLCJpbWFnZS5lbnYuU1lHQUxEUllfVVNFUiI6Imt2b3RoZSIsImltYWdlLmVudi5TWUdBTERSWV9XT1JLU1BBQ0UiOiIvd29ya3NwYWNlIiwiaW1hZ2UuZW52LlRaIjoiRXRjL1VUQyIsImltYWdlLmVudi5VVl9DQUNIRV9ESVIiOiIvb3B0L2JhemVsX2NhY2hlL3V2IiwibG9jYWxlIjoiQy5VVEYtOCIsInRpbWV6b25lIjoiRXRjL1VUQyIsInRvb2xzLmJhemVsIjoiNi40LjAiLCJ0b29scy5nbyI6IjEuMjEuNSIsInRvb2xzLm5vZGUiOiIyNC4yMS4wIiwidG9vbHMucHl0aG9uIjoiMy4xMy4xNSIsInRvb2xzLnJ1c3QiOiIxLjc5LjAiLCJ0b29scy5zcGFjayI6IjEuMS4wIHdpdGggcGFja2FnZXMgdjIwMjUuMTEuMCIsInRvb2xzLnV2IjoiMC4xMy4wIiwidXNlci5pZHMiOiJob3N0IiwidXNlci5uYW1lIjoia3ZvdGhlIiwidXNlci5zdWRvIjoidHJ1ZSIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9kZWZhdWx0LnNoIjoiNmYxZjdjZmFmMDBjIiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL2hmLWRvd25sb2FkLnNoIjoiYTA3ZTFmNzdlMjk2IiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL2xpYi5zaCI6ImEyZDQ5NzFmODEzMyIsImNvbnRhaW5lci9lbnRyeXBvaW50cy9ydW4tam9iLnNoIjoiM2UxZDZkOTRmZTQ4IiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL3NwYWNrLWJ1aWxkLnNoIjoiZjE5OWFiNGY2Y2I1IiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL3NwYWNrLWluc3RhbGwuc2giOiI1NTI1Yjk5MzVlMTkiLCJjb250YWluZXIvZW50cnlwb2ludHMvc3BhY2stbGliLnNoIjoiZTg2MjMyNzBjMzcxIiwiY29udGFpbmVyL2VudHJ5cG9pbnRzL3V2LWluc3RhbGwuc2giOiI2NjBiZmRiMjQ1OWEiLCJjb250YWluZXIvZW50cnlwb2ludHMvdmVyaWZ5LWdwdS5zaCI6IjZhZTI4ZTQzZWRjMSIsImNvbnRhaW5lci9pbWFnZS9hcHQtaW5zdGFsbC5zaCI6IjA5MThmZTUxZWZjZCIsImNvbnRhaW5lci9pbWFnZS9jcmVhdGUtdXNlci5zaCI6ImVjYjg0MDY2ZDUzNCIsImNvbnRhaW5lci9pbWFnZS9mZXRjaC5zaCI6ImM5YWNlODA0NDkyNyIsImNvbnRhaW5lci9pbWFnZS9pbnN0YWxsLWFyY2hpdmUuc2giOiIxNzQxZDk5MjU1NzIiLCJjb250YWluZXIvaW1hZ2UvaW5zdGFsbC1ydXN0LnNoIjoiYzJkNDQ3MDQyMjdhIiwiY29udGFpbmVyL2ltYWdlL2luc3RhbGwtc3BhY2suc2giOiJhMWUwMTdiMTIxMDYiLCJjb250YWluZXIvaW1hZ2UvaW5zdGFsbC11di5zaCI6IjEwMjI0MThkYWIwZiIsImNvbnRhaW5lci9pbWFnZS9wbGFjZS11c2VyLnNoIjoiZDgyYThlMDUwM2Y0IiwiY29udGFpbmVyL2ltYWdlL3NldHVwLWJhc2Uuc2giOiJmNjIxZTMyMTZmYzQiLCJjb250YWluZXIvaW1hZ2Uvc2V0dXAtY29tbWFuZC5zaCI6IjU0OTcxMWQwZjQ4OCIsImNvbnRhaW5lci9pbWFnZS9zZXR1cC1ydW50aW1lLnNoIjoiZWVjMjIxZTFlNzFkIiwiY29udGFpbmVyL2ltYWdlL3NldHVwLXN5c3RlbS5zaCI6Ijk0NjQ1Y2ZlMTY5OCIsImNvbnRhaW5lci9ydW50aW1lL2JhemVsLmJhemVscmMiOiIwN2ZmYjlhYWQwM2YiLCJjb250YWluZXIvcnVudGltZS9iYXplbC5zaCI6IjRmZjE3NmQxZTNmOSIsImNvbnRhaW5lci9ydW50aW1lL3NoZWxsL3N5Z2FsZHJ5LnNoIjoiODUyNGY0ZjFlYzAzIiwiY29udGFpbmVyL3J1bnRpbWUvc3RhcnQuc2giOiJjODJiNGVmNTNiNzYiLCJjb250YWluZXIvcnVudGltZS93aXRoLXNlY3JldHMuc2giOiI5M2IwMGNhMjQ3YWUiLCJEb2NrZXJmaWxlIjoiZWYwODUwY2M2OWZmIn19"
ENTRYPOINT ["/usr/local/lib/sygaldry/runtime/start.sh"]
CMD ["sleep", "infinity"]
