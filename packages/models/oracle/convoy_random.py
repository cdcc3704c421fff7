"""Convoy's random numbers in a second language: Philox 4x32-10 sequences, and what is drawn from them."""

import numpy

MASK = 0xFFFFFFFF
# `purposes` of the foundation package.
EPOCH_ORDER, TEST, DROPOUT, AUGMENTATION = 2, 6, 8, 9
CHUNK = 4096


def philox4x32(counter, key):
    """The words of the counter may be arrays of unsigned 64-bit numbers: that many blocks at once."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0 = 0xD2511F53 * c0
        product1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & MASK, (product0 >> 32) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def draw(seed, purpose, count, first_index=0, second_index=0, third_index=0, first_block=0):
    """`count` unsigned 32-bit numbers of one sequence as an array, from a block of four on."""
    position = numpy.arange(first_block, first_block + -(-count // 4), dtype=numpy.uint64)
    words = [numpy.full_like(position, word) for word in (first_index, (second_index << 8) | purpose, third_index)]
    blocks = philox4x32((position, *words), (seed & MASK, seed >> 32))
    return numpy.stack(blocks, axis=1).ravel()[:count]


def numbers(seed, purpose, *indices):
    """The unsigned 32-bit numbers of one sequence, without end."""
    block = 0
    while True:
        yield from draw(seed, purpose, CHUNK, *indices, first_block=block).tolist()
        block += CHUNK // 4


def below(drawn, count):
    """Uniform over 0 … count - 1; numbers beyond the last whole multiple are drawn again."""
    limit = 2**32 - 2**32 % count
    value = next(drawn)
    while value >= limit:
        value = next(drawn)
    return value % count


def epoch_order(seed, epoch, count):
    """Fisher and Yates, from the end."""
    order = list(range(count))
    drawn = numbers(seed, EPOCH_ORDER, epoch)
    for last in range(count - 1, 0, -1):
        chosen = below(drawn, last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return order


def kept(rate, count, seed, epoch, sample, layer):
    """Which of a sample's elements a layer of dropout lets through, in Convoy's order."""
    return draw(seed, DROPOUT, count, sample, layer, epoch) >= int(rate * 2**32 + 0.5)
