"""Why a package of the lock cannot be used."""

load(":errors.bzl", "problem")

def not_installed(node, lock, stores, without_database, only_for_building):
    """The message for a package that no store has.

    Args:
      node: the node of the lock.
      lock: what parse_lock gives.
      stores: the roots of the stores that were asked.
      without_database: those of them that have no database.
      only_for_building: whether nothing that runs or is linked needs it.

    Returns:
      Text.
    """
    what = "%s is in %s but not installed in %s" % (_spec(node), lock.file, ", ".join(stores))
    if without_database == stores:
        return problem(
            "%s: there is no %s/.spack-db/index.json" % (what, stores[0]),
            "Install it: %s. If the store lies elsewhere, say so: spack.environment(store = ...), or " % _install(lock) +
            "--repo_env=SYGALDRY_SPACK_STORE=/path.",
        )
    if only_for_building:
        return problem(
            what + "; it is needed only for building, and an install from a build cache leaves such packages out",
            "%s --include-build-deps, or make it a root: spack -e %s add %s." % (_install(lock), lock.folder, node.name),
        )
    return problem(what, "Install it: %s (with Sygaldry: sygaldry spack install %s)." % (_install(lock), lock.folder))

def gone(node, lock, prefix):
    """The message for a package whose folder was removed.

    Args:
      node: the node of the lock.
      lock: what parse_lock gives.
      prefix: where the store's database says that it is.

    Returns:
      Text.
    """
    return problem(
        "%s is installed at %s, says the store's database, but there is no such folder" % (_spec(node), prefix),
        "spack reindex makes the database true again; then %s." % _install(lock),
    )

def external_gone(node, lock):
    """The message for an external whose folder is not there.

    Args:
      node: the node of the lock.
      lock: what parse_lock gives.

    Returns:
      Text.
    """
    return problem(
        "%s is an external at %s, says %s, but there is no such folder" % (_spec(node), node.external.path, lock.file),
        "Install it there, or correct its prefix: in packages.yaml and solve anew: spack -e %s concretize -f." % lock.folder,
    )

def only_a_module(node):
    """The message for an external without a path.

    Args:
      node: the node of the lock.

    Returns:
      Text.
    """
    return problem(
        "%s is an external that is known by its modules only (%s), which Bazel cannot load" % (_spec(node), ", ".join(node.external.modules)),
        "Give it a prefix: in packages.yaml, then solve anew.",
    )

def _spec(node):
    return "%s@%s /%s" % (node.name, node.version, node.hash[:7])

def _install(lock):
    return "spack -e %s install" % lock.folder
