/* SPDX-License-Identifier: MIT */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Looking for a character in eight at a time. A mark is the high bit of a byte. The tests subtract over the whole word,
 * and borrows run upwards, so marks above the first true one may be wrong: "none" and the first are exact, and nothing
 * else may be read from them.
 */

#define SCAN_EACH(value) (UINT64_C(0x0101010101010101) * (uint64_t)(value))
#define SCAN_HIGH SCAN_EACH(0x80)

/* Eight characters from s, the first in the lowest byte on every machine. */
static inline uint64_t scan_load(const char *s)
{
	uint64_t word;
	memcpy(&word, s, sizeof(word));
	return le64toh(word);
}

/* Marks the bytes below limit, which is at most 0x80. */
static inline uint64_t scan_below(uint64_t word, unsigned char limit)
{
	return (word - SCAN_EACH(limit)) & ~word & SCAN_HIGH;
}

/* Marks the bytes equal to c. */
static inline uint64_t scan_equal(uint64_t word, char c)
{
	return scan_below(word ^ SCAN_EACH((unsigned char)c), 1);
}

/* The index of the first marked byte; marks must not be 0. */
static inline size_t scan_first(uint64_t marks)
{
	return (size_t)__builtin_ctzll(marks) / 8;
}

#endif
