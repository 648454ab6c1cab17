"""Which node a name means: of a package, of one of several with its hash, or of a virtual package."""

def nodes_by_name(lock):
    """Every package's name and every virtual's with the hashes that it may mean. A package wins over a virtual of its name.

    Args:
      lock: what parse_lock gives.

    Returns:
      (package → hashes, virtual → hashes), the hashes sorted.
    """
    packages, virtuals = {}, {}
    for hash in sorted(lock.nodes):
        node = lock.nodes[hash]
        packages.setdefault(node.name, []).append(hash)
        for virtual in node.virtuals:
            virtuals.setdefault(virtual, []).append(hash)
    return packages, {name: hashes for name, hashes in virtuals.items() if name not in packages}

def chosen(hashes, roots, used):
    """The one that a name without a hash means: the only one, the only root, or the only one that is not just for building.

    Args:
      hashes: those that bear the name.
      roots: hash → anything.
      used: hash → anything, what runs or is linked.

    Returns:
      A hash, or None.
    """
    for candidates in [hashes, [hash for hash in hashes if hash in roots], [hash for hash in hashes if hash in used]]:
        if len(candidates) == 1:
            return candidates[0]
    return None

def reachable(lock, start, kinds):
    """All that some nodes need, themselves too, each before what it needs.

    Args:
      lock: what parse_lock gives.
      start: hashes.
      kinds: fields of a node: link, run.

    Returns:
      hash → True, in order.
    """
    found = {hash: True for hash in start}
    ring = found.keys()
    for _ in range(len(lock.nodes)):
        following = {}
        for hash in ring:
            for kind in kinds:
                for dependency in getattr(lock.nodes[hash], kind):
                    if dependency not in found:
                        found[dependency] = True
                        following[dependency] = True
        ring = following.keys()
        if not ring:
            break
    return found

def short_name(node):
    """The name that means this node alone: hdf5_abc1234."""
    return "%s_%s" % (node.name, node.hash[:7])

def folder_name(node):
    """The node's Bazel package below //packages. It holds the whole hash: paths are part of every action's key."""
    return "%s-%s" % (node.name, node.hash)

def own_names(lock, used):
    """The name under which users know each node: its package's where that means it, else the one with the hash.

    Args:
      lock: what parse_lock gives.
      used: hash → anything, what runs or is linked.

    Returns:
      hash → name.
    """
    packages, _ = nodes_by_name(lock)
    names = {hash: short_name(node) for hash, node in lock.nodes.items()}
    for name, hashes in packages.items():
        hash = chosen(hashes, lock.roots, used)
        if hash:
            names[hash] = name
    return names
