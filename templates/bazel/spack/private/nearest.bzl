"""Names that somebody may have meant. Loaded by the generated defs.bzl too, so it depends on nothing."""

def nearest(name, names, count = 3):
    """The names most like `name`, best first.

    Args:
      name: what was asked for.
      names: what there is.
      count: how many at most.

    Returns:
      A list.
    """
    return [candidate for _, candidate in sorted([(_distance(name, candidate), candidate) for candidate in names])[:count]]

def _distance(a, b):
    """Levenshtein's distance; less where one is a part of the other."""
    if a in b or b in a:
        return 1
    row = list(range(len(b) + 1))
    for i in range(len(a)):
        previous, row = row, [i + 1]
        for j in range(len(b)):
            row.append(min(previous[j + 1] + 1, row[j] + 1, previous[j] + (0 if a[i] == b[j] else 1)))
    return row[-1]
