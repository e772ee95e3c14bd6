/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script (tests/lib/crash_script.py) makes, as it stands in a database
 * and the files beside it: the text that State.text() of the script has. */
#ifndef TESTS_CRASH_MODEL_H
#define TESTS_CRASH_MODEL_H

#include "db/db.h"
#include "tests/crash/disk.h"

/* Lines, in the order of their bytes. Objects whose reference stands in
 * `ignored` (any text around it) were there before the script. */
void model_text(struct db *db, const struct disk *d, const char *ignored,
    struct bytes *out);

#endif
