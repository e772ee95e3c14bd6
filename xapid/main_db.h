/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xapid does with its database instead of serving it. */
#ifndef XAPID_MAIN_DB_H
#define XAPID_MAIN_DB_H

#include "options.h"

/* Whether the action is one of these: --check-db, --repair, --backup FILE,
 * --restore FILE. */
bool main_db_action(const struct options *o);
/* Does it. path: of the database. The exit status: 0, 1 when the database has
 * findings, 2 when it could not be done. */
int main_db(const struct options *o, const char *path);

#endif
