/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects that commands of their own kind are about. */
#ifndef XAPID_CLI_OBJECT_H
#define XAPID_CLI_OBJECT_H

#include "cli/regular.h"

/* The record (struct vm ...) that a reference names; NULL: failed, it is gone
 * or not to be seen. */
const void *cli_object(struct cli *cli, int cls, struct ref ref);
/* The same of the uuid that a parameter holds, which is required. */
const void *cli_object_of(struct cli *cli, int cls, const char *param);

/* A reference by the uuid of a parameter; null where it is absent. */
int cli_optional_object(struct cli *cli, const char *param, const char *cls,
    struct ref *out_r);
/* A set of references from uuids between commas (NULL: none). */
int cli_objects(struct cli *cli, const char *cls, const char *uuids,
    struct value *out_r);
/* The snapshot that uuid= or snapshot-uuid= names. */
const struct vm *cli_snapshot(struct cli *cli);
/* The default SR of the pool. */
int cli_default_sr(struct cli *cli, struct ref *out_r);
/* The only host of the pool, or the coordinator where shared storage is
 * meant; else host-uuid= is required. */
int cli_host_for(struct cli *cli, bool shared, struct ref *out_r);

/* "" where a map string string does not have it. */
const char *cli_map_get(const struct map *m, const char *key);
/* The value of a constructor's record, member by member; n is counted up. */
struct cli_birth {
	struct value_member members[32];
	unsigned n;
};
void cli_born(struct cli_birth *b, const char *field, struct value v);
int cli_create(struct cli *cli, const char *method, const struct cli_birth *b,
    struct ref *out_r);

#endif
