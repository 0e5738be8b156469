def merge(intervals):
    """Merge intervals that overlap or touch.

    >>> merge([(1, 3), (2, 5), (8, 9)])
    [(1, 5), (8, 9)]
    """
    merged = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged


def total_length(intervals):
    """Sum of the lengths of the merged intervals."""
    return sum(end - start for start, end in merge(intervals))
