# SPDX-License-Identifier: LGPL-2.1-or-later
"""A table of names in which one probe tells whether a name is there.

Names fall into buckets; each bucket gets a displacement that puts its names
into free slots, the fullest buckets first (hash, displace and compress).
name_hash() must stay the same as its C twin in c_dispatch.py.
"""

MASK = (1 << 64) - 1
MULTIPLIER = 0x9E3779B97F4A7C15


def name_hash(name):
    data = name.encode()
    h = len(data)
    for at in range(0, len(data), 8):
        word = int.from_bytes(data[at:at + 8], "little")
        h = (h ^ word) * MULTIPLIER & MASK
        h ^= h >> 32
    return h


def slot_of(h, displacement, slots):
    return (h + displacement * ((h >> 20) | 1)) & (slots - 1)


def build(names):
    """(displacements, table): both have a power of two of entries; table
    holds the index of a name, or -1."""
    slots = 1
    while slots < len(names) * 3 // 2:
        slots *= 2
    nbuckets = slots // 4
    buckets = [[] for _ in range(nbuckets)]
    for index, name in enumerate(names):
        h = name_hash(name)
        buckets[h >> 40 & (nbuckets - 1)].append((h, index))
    table, displacements = [-1] * slots, [0] * nbuckets
    for b in sorted(range(nbuckets), key=lambda b: -len(buckets[b])):
        displacements[b] = place(buckets[b], table, slots)
    return displacements, table


def place(bucket, table, slots):
    for displacement in range(1 << 16):
        where = [slot_of(h, displacement, slots) for h, _ in bucket]
        if len(set(where)) == len(where) and all(table[s] < 0
                                                 for s in where):
            for s, (_, index) in zip(where, bucket):
                table[s] = index
            return displacement
    raise ValueError("no displacement found: use another multiplier")
