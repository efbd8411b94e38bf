/* SPDX-License-Identifier: MIT */
#include "base/random.h"

/* 2^64 divided by the golden ratio: splitmix64's step, which spreads neighbouring inputs over the whole range. */
#define STEP UINT64_C(0x9E3779B97F4A7C15)

/* The finaliser of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators); one to one. */
static uint64_t finish(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t random_mix(uint64_t seed, uint64_t stream, uint64_t counter)
{
	/* Each part is stirred in separately: a plain sum would make (1, 2) and (2, 1) the same. The last step is one
	   to one in the counter, so no value comes twice within a stream. */
	uint64_t state = finish(seed + STEP);
	state = finish((state ^ stream) + STEP);
	return finish(state + (counter + 1) * STEP);
}

/* Read by shifts, so that the same text has the same hash on every machine; compilers make one load of it. */
static uint64_t read_word(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

uint64_t random_hash(const char *text, size_t length, uint64_t seed)
{
	const unsigned char *p = (const unsigned char *)text;
	/* The length takes part, so that a text and the same text with zero bytes behind it differ. */
	uint64_t hash = seed + (uint64_t)length * STEP;
	size_t left = length;
	for (; left >= 8; left -= 8, p += 8) {
		hash = (hash ^ read_word(p)) * UINT64_C(0xBF58476D1CE4E5B9);
		hash ^= hash >> 32;
	}
	uint64_t tail = 0;
	for (size_t i = 0; i < left; i++)
		tail |= (uint64_t)p[i] << (8 * i);
	return finish((hash ^ tail) + STEP);
}

void random_base62(char *out, size_t length, uint64_t seed, uint64_t stream, uint64_t counter)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const uint64_t base = random_mix(seed, stream, counter);
	uint64_t word = 0;
	for (size_t i = 0; i < length; i++) {
		/* Eight digits use 48 of a word's 64 bits, so that no digit is preferred by more than one in 50,000. */
		if (i % 8 == 0)
			word = random_mix(base, stream, i / 8);
		out[i] = digits[word % 62];
		word /= 62;
	}
	out[length] = '\0';
}
