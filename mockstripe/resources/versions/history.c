/* SPDX-License-Identifier: MIT */
#include "resources/versions/history.h"

const struct version_change *const version_history[] = { &change_2026_09_30, &change_2025_09_30, &change_2025_03_31,
	&change_2024_04_10, &change_2023_08_16, &change_2022_11_15, &change_2022_08_01, &change_2020_08_27,
	&change_2019_10_17, NULL };
