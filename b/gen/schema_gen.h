/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: the tables of the database */
#ifndef XAPID_SCHEMA_GEN_H
#define XAPID_SCHEMA_GEN_H

/* The version that schema_create makes. */
extern const int schema_version;
/* One CREATE TABLE for every persistent class; NULL-terminated. */
extern const char *const schema_create[];

/* Statements that lead from an older version to the newest, to be run in one
 * transaction. */
struct schema_migration {
	int from, to;
	const char *const *sql; /* NULL-terminated */
};
extern const struct schema_migration schema_migrations[]; /* last: from 0 */

#endif
