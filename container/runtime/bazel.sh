#!/bin/sh
# The bazel command: the version that the workspace names, through Bazelisk; $SYGALDRY_BAZEL_VERSION where it names none.
# That version lies in the image, checked when it was built, and is run without Bazelisk (and so without a network).
set -eu

tools=/opt/tools/bazel
wanted=${USE_BAZEL_VERSION:-}
folder=$PWD
while [ -z "$wanted" ] && [ "$folder" != / ]; do
  if [ -r "$folder/.bazelversion" ]; then read -r wanted <"$folder/.bazelversion" || :; fi
  folder=$(dirname "$folder")
done
wanted=${wanted%"$(printf '\r')"} # a file with Windows line ends
wanted=${wanted:-$SYGALDRY_BAZEL_VERSION}
if [ "$wanted" = "$SYGALDRY_BAZEL_VERSION" ] && [ -x "$tools/bin/bazel-$wanted" ]; then
  exec "$tools/bin/bazel-$wanted" "$@"
fi
USE_BAZEL_VERSION=$wanted exec "$tools/bin/bazelisk" "$@"
