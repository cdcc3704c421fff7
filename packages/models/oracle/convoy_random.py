"""Convoy's random numbers in a second language: Philox 4x32-10 sequences and the epoch order drawn from them."""

MASK = 0xFFFFFFFF
EPOCH_ORDER = 2  # `purposes.epochOrder` of the foundation package


def philox4x32(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0 = 0xD2511F53 * c0
        product1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & MASK, (product0 >> 32) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def numbers(seed, purpose, first_index=0, second_index=0):
    """The unsigned 32-bit numbers of one sequence, without end."""
    key = (seed & MASK, seed >> 32)
    block = 0
    while True:
        yield from philox4x32((block, first_index, (second_index << 8) | purpose, 0), key)
        block += 1


def epoch_order(seed, epoch, count):
    """Fisher and Yates, from the end; numbers beyond the last whole multiple are drawn again."""
    order = list(range(count))
    drawn = numbers(seed, EPOCH_ORDER, epoch)
    for last in range(count - 1, 0, -1):
        limit = 2**32 - 2**32 % (last + 1)
        value = next(drawn)
        while value >= limit:
            value = next(drawn)
        chosen = value % (last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return order
