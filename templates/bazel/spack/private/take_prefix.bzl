"""Makes the folders of packages reachable from the repository."""

load(":errors.bzl", "refuse")

def packages_with_build_files(ctx, prefixes):
    """The prefixes that hold BUILD files, as TensorFlow's and some others do: what lies beside those would belong to no target.

    Args:
      ctx: the repository rule's context.
      prefixes: absolute paths of folders.

    Returns:
      prefix → its BUILD files.
    """
    found = {}
    for start in range(0, len(prefixes), 200):
        some = prefixes[start:start + 200]
        result = ctx.execute(["find"] + some + ["(", "-name", "BUILD", "-o", "-name", "BUILD.bazel", ")", "!", "-type", "d"])
        for file in result.stdout.splitlines():
            owners = [prefix for prefix in some if file.startswith(prefix + "/")]
            if owners:
                found.setdefault(owners[0], []).append(file)
    return found

def take_prefix(ctx, prefix, folders, build_files):
    """Links a prefix into Bazel packages of the repository: as a whole, or file by file without its BUILD files.

    Args:
      ctx: the repository rule's context.
      prefix: an absolute path.
      folders: where it is to be seen, relative to the repository.
      build_files: what it has of those.
    """
    for folder in folders:
        if not build_files:
            ctx.symlink(prefix, folder)
            continue
        place = ctx.path(folder)
        ctx.execute(["mkdir", "-p", str(place.dirname)])
        result = ctx.execute(["cp", "-rs", prefix, str(place)])
        if result.return_code != 0:
            refuse("%s cannot be linked file by file: %s" % (prefix, result.stderr.strip()), "It needs the cp of GNU coreutils.")
        for file in build_files:
            ctx.delete(folder + file[len(prefix):])
