"""Whether the lock is still the one that the rendered files were made from."""

load(":errors.bzl", "refuse")

def check_synced_roots(lock, synced):
    """Stops when the roots are others.

    Their hashes tell of everything below them. That Spack writes them in another order does not count.

    Args:
      lock: what parse_lock gives.
      synced: the hashes at the time; empty when nothing was recorded.
    """
    added = ["%s /%s" % (spec, hash[:7]) for hash, spec in lock.roots.items() if hash not in synced]
    removed = ["/" + hash[:7] for hash in synced if hash not in lock.roots]
    if synced and (added or removed):
        changes = ["new: " + ", ".join(sorted(added))] if added else []
        changes += ["gone: " + ", ".join(sorted(removed))] if removed else []
        refuse(
            "%s changed since the last sygaldry bazel sync (%s)" % (lock.file, "; ".join(changes)),
            "Run: sygaldry bazel sync",
        )
