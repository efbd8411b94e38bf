/* SPDX-License-Identifier: MIT */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Chance that can be repeated: every value is a pure mix of (seed, stream, counter), so that the same seed and the same
 * calls give the same bytes, and an extra draw in one stream never shifts another.
 */
uint64_t random_mix(uint64_t seed, uint64_t stream, uint64_t counter); /* splitmix64 finaliser over the three */
uint64_t random_hash(const char *text, size_t length, uint64_t seed);  /* names a stream; not for hostile input */
/* Writes `length` characters of [0-9A-Za-z] and a terminator. */
void random_base62(char *out, size_t length, uint64_t seed, uint64_t stream, uint64_t counter);

#endif
