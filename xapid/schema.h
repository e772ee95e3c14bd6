/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SQL that datamodel/ generates. Every persistent class has one STRICT
 * table: _id INTEGER PRIMARY KEY, _ref BLOB (16 bytes, the reference),
 * _created and _modified (generations), then one column a persistent stored
 * field. */
#ifndef XAPID_SCHEMA_H
#define XAPID_SCHEMA_H

extern const int schema_version;
extern const char *const schema_create[]; /* NULL at the end */

/* From one version to the next newer listed one. */
extern const struct schema_migration {
	int from, to;
	const char *const *sql; /* NULL at the end */
} schema_migrations[];
extern const unsigned schema_migration_count;

#endif
