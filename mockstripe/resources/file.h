/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_FILE_H
#define RESOURCES_FILE_H

#include "api/call.h"
#include "base/bytes.h"

/* What was uploaded as this file, one owner; NULL when the record is no file, or a fixture's without content. */
struct bytes *file_content(struct record *file);

#endif
