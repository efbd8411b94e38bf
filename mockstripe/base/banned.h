/* SPDX-License-Identifier: MIT */
/*
 * Functions that this project does not call. The build puts this header in front of every file (-include
 * base/banned.h), where calling one of them is an error that names it. The system's own declarations come first, since
 * a macro would break them; each name stays free for struct members that are not called.
 *
 *   strcpy strcat sprintf vsprintf   write as far as the source goes; struct text and snprintf know their bounds
 *   strtok rand srand                keep state of their own; ids and choices come from base/random.h
 *   atoi atol atoll                  cannot tell a number from rubbish
 *   localtime gmtime                 share a buffer, and depend on the machine; value/calendar.h does not
 *   time clock_gettime gettimeofday  time is handed in, so that a case can be reproduced
 *
 * The one file of a program that asks the clock says so before everything else in it:
 *
 *   #define MAY_READ_CLOCK
 *   #include "base/banned.h"
 */
#if !defined(BASE_BANNED_H) && !defined(__ASSEMBLER__)
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define BANNED(name) the_function_##name##_is_banned_see_base_banned_h

#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef rand
#undef srand
#undef atoi
#undef atol
#undef atoll
#undef localtime
#undef gmtime
#define strcpy(...) BANNED(strcpy)
#define strcat(...) BANNED(strcat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(...) BANNED(strtok)
#define rand(...) BANNED(rand)
#define srand(...) BANNED(srand)
#define atoi(...) BANNED(atoi)
#define atol(...) BANNED(atol)
#define atoll(...) BANNED(atoll)
#define localtime(...) BANNED(localtime)
#define gmtime(...) BANNED(gmtime)

#ifndef MAY_READ_CLOCK
#undef time
#undef clock_gettime
#undef gettimeofday
#define time(...) BANNED(time)
#define clock_gettime(...) BANNED(clock_gettime)
#define gettimeofday(...) BANNED(gettimeofday)
#endif

#endif

/* Outside the guard: the header has been read already when a file gets to say that it is the clock. */
#if defined(MAY_READ_CLOCK) && defined(BASE_BANNED_H)
#undef time
#undef clock_gettime
#undef gettimeofday
#endif
